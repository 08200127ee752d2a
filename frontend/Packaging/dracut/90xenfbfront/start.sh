#!/bin/sh
# dracut, hook pre-trigger: the screen before the root is there.
for module in xen-evtchn xen-gntalloc uinput evdev; do modprobe -q "$module"; done
xenfbfront > /dev/null 2>&1 < /dev/null &
