#!/bin/bash
# dracut: the screen of a Xen guest before the root is there. Taken in by `add_dracutmodules+=" xenfbfront "` in /etc/dracut.conf.d.

check() {
    require_binaries xenfbfront || return 1
    # Only when asked for.
    return 255
}

depends() {
    return 0
}

installkernel() {
    instmods xen-evtchn xen-gntalloc uinput evdev
}

install() {
    inst_multiple xenfbfront sleep
    inst_multiple -o /etc/xenfbfront.conf
    inst_hook pre-trigger 10 "${moddir:?}/start.sh"
    inst_hook cleanup 10 "${moddir:?}/stop.sh"
}
