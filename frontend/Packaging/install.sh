#!/bin/sh
# Installs xenfbfront, or removes what it installed. POSIX sh and BusyBox are enough.
#   install.sh [--prefix DIR] [--init KIND] [--destdir DIR] [--program FILE]     KIND: systemd, openrc, runit, busybox or none; found out when not given
#   install.sh --uninstall [--prefix DIR] [--destdir DIR]
# Defaults: --prefix /usr/local, --destdir / (where the files go; with another one nothing is started). It says what it does.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
prefix=/usr/local destdir='' init='' uninstall='' program=$here/xenfbfront
fail() { echo "install.sh: $*" >&2; exit 2; }
while [ $# -gt 0 ]; do
    case $1 in
        --prefix) prefix=${2:?--prefix needs a folder}; shift ;;
        --destdir) destdir=${2:?--destdir needs a folder}; shift ;;
        --init) init=${2:?--init needs a kind}; shift ;;
        --program) program=${2:?--program needs a file}; shift ;;
        --uninstall) uninstall=yes ;;
        -h | --help) sed -n '2,5s/^# //p' "$0"; exit 0 ;;
        *) fail "unknown word $1; --help says what there is" ;;
    esac
    shift
done
destdir=${destdir%/}
case $prefix in *[,\&\\]*) fail "--prefix must not have , & or \\: $prefix" ;; /*) ;; *) fail "--prefix must be absolute: $prefix" ;; esac
[ -n "$destdir" ] || [ "$(id -u)" = 0 ] || fail "must run as root"
list=$destdir$prefix/share/xenfbfront/installed

services=/etc/service # what runsvdir looks at; Void has it elsewhere
[ -d $services ] || [ ! -d /var/service ] || services=/var/service
is_live() { [ -z "$destdir" ]; } # and not a folder that becomes a root later
start() {
    case $init in
        systemd) systemctl daemon-reload && systemctl enable --now xenfbfront ;;
        openrc) rc-update add xenfbfront sysinit && rc-service xenfbfront start ;;
        runit) mkdir -p "$services" && ln -sfn /etc/sv/xenfbfront "$services/xenfbfront" ;;
        busybox) kill -HUP 1 ;;
    esac || echo "$init did not start it; $prefix/bin/xenfbfront doctor may say why"
}
stop() {
    case $init in
        systemd) systemctl disable --now xenfbfront ;;
        openrc) rc-service xenfbfront stop; rc-update del xenfbfront sysinit ;;
        # Out of its reach first, so that runsvdir starts it no more. Closing may take longer than the 7 s that sv waits for.
        runit) rm -f "$services/xenfbfront"; sv -w 30 shutdown /etc/sv/xenfbfront; rm -rf /etc/sv/xenfbfront/supervise ;;
        # No line of init starts it again.
        busybox) kill -HUP 1; killall -q xenfbfront ;;
    esac || true
}
own_line() { sed "s,/usr/bin/xenfbfront,$prefix/bin/xenfbfront,g" "$here/busybox/inittab"; } # of inittab
without_line() { LINE=$1 awk '$0 != ENVIRON["LINE"]' "$2"; } # LINE FILE
edit_inittab() { # FILTER...: the file stays the same one
    "$@" "$destdir/etc/inittab" > "$destdir/etc/inittab.new"
    cat "$destdir/etc/inittab.new" > "$destdir/etc/inittab"
    rm "$destdir/etc/inittab.new"
}

if [ -n "$uninstall" ]; then
    [ -e "$list" ] || fail "nothing of xenfbfront is installed below $prefix: no $list"
    init=$(sed -n 's/^init //p' "$list")
    line=$(sed -n 's/^inittab //p' "$list")
    if [ -n "$line" ] && grep -qxF "$line" "$destdir/etc/inittab"; then
        edit_inittab without_line "$line"
        echo "took its line out of $destdir/etc/inittab"
    fi
    ! is_live || stop
    sed -n 's/^file //p' "$list" | while read -r file; do rm -f "$destdir$file"; echo "removed $destdir$file"; done
    # The innermost first; one that others use by now stays.
    folders=$(sed -n 's/^folder //p' "$list" | sed '1!G;h;$!d')
    rm -f "$list"
    echo "$folders" | while read -r folder; do [ -z "$folder" ] || rmdir "$destdir$folder" 2> /dev/null || true; done
    if is_live; then
        rm -f /run/xenfbfront.lock /run/xenfbfront.sock /run/xenfbfront.log
        [ "$init" != systemd ] || systemctl daemon-reload
    fi
    echo "xenfbfront is removed"
    exit 0
fi

if [ -z "$init" ]; then
    if [ -d "$destdir/run/systemd/system" ] || { ! is_live && [ -e "$destdir/lib/systemd/systemd" ]; }; then init=systemd
    elif [ -e "$destdir/sbin/openrc" ] || [ -e "$destdir/usr/sbin/openrc" ]; then init=openrc
    elif [ -e "$destdir/etc/runit/1" ] || [ -e "$destdir/etc/sv" ]; then init=runit
    elif [ -e "$destdir/etc/inittab" ]; then init=busybox
    else init=none; fi
fi
[ "$init" != busybox ] || [ -e "$destdir/etc/inittab" ] || fail "--init busybox: there is no $destdir/etc/inittab, where init's lines are"
case $init in systemd | openrc | runit | busybox | none) ;; *) fail "--init $init: must be systemd, openrc, runit, busybox or none" ;; esac

# A package manager's files and a person's own stand apart.
case $prefix in /usr) modprobe=/usr/lib/modprobe.d load=/usr/lib/modules-load.d rules=/usr/lib/udev/rules.d units=/lib/systemd/system ;;
    *) modprobe=/etc/modprobe.d load=/etc/modules-load.d rules=/etc/udev/rules.d units=/etc/systemd/system ;;
esac
folders=$(sed -n '/^folder /p' "$list" 2> /dev/null || true)
make_folder() { # PATH: with its parents; those that were not there are noted
    [ -d "$destdir$1" ] || {
        make_folder "${1%/*}"
        mkdir "$destdir$1"
        folders="$folders
folder $1"
    }
}
[ -z "$destdir" ] || mkdir -p "$destdir"
make_folder "$prefix/share/xenfbfront"
former_line=$(sed -n 's/^inittab //p' "$list" 2> /dev/null || true)
echo "init $init" > "$list"
put() { # FILE PATH [MODE]: the folder's file goes there, with the prefix's program; a running program's file is replaced, not written to
    [ -e "$1" ] || return 0
    make_folder "${2%/*}"
    case $1 in
        "$program") cp "$1" "$destdir$2.new" ;;
        *) sed "s,/usr/bin/xenfbfront,$prefix/bin/xenfbfront,g" "$1" > "$destdir$2.new" ;;
    esac
    chmod "${3:-644}" "$destdir$2.new"
    mv "$destdir$2.new" "$destdir$2"
    echo "file $2" >> "$list"
    echo "installed $destdir$2"
}
[ -e "$program" ] || fail "no program $program"
put "$program" "$prefix/bin/xenfbfront" 755
put "$here/modules/modprobe.conf" $modprobe/xenfbfront.conf
put "$here/modules/load.conf" $load/xenfbfront.conf
put "$here/udev/60-xenfbfront.rules" $rules/60-xenfbfront.rules
put "$here/man/xenfbfront.8" "$prefix/share/man/man8/xenfbfront.8"
put "$here/man/xenfbfront.conf.5" "$prefix/share/man/man5/xenfbfront.conf.5"
put "$here/completion/xenfbfront.bash" "$prefix/share/bash-completion/completions/xenfbfront"
put "$here/completion/xenfbfront.fish" "$prefix/share/fish/vendor_completions.d/xenfbfront.fish"
put "$here/completion/_xenfbfront" "$prefix/share/zsh/site-functions/_xenfbfront"
put "$here/xenfbfront.cdx.json" "$prefix/share/doc/xenfbfront/xenfbfront.cdx.json"
for file in "$here"/licences/*; do put "$file" "$prefix/share/doc/xenfbfront/${file##*/}"; done
case $init in
    systemd) put "$here/systemd/xenfbfront.service" $units/xenfbfront.service ;;
    openrc) put "$here/openrc/xenfbfront" /etc/init.d/xenfbfront 755 ;;
    runit)
        put "$here/runit/run" /etc/sv/xenfbfront/run 755
        put "$here/runit/finish" /etc/sv/xenfbfront/finish 755
        ;;
    busybox)
        line=$(own_line)
        [ -z "$former_line" ] || [ "$former_line" = "$line" ] || edit_inittab without_line "$former_line"
        others=$(grep '^[^#]*xenfbfront' "$destdir/etc/inittab" || true)
        if grep -qxF "$line" "$destdir/etc/inittab"; then
            # Somebody's own, if it was not noted before.
            [ "$former_line" = "$line" ] || line=
        elif [ -n "$others" ]; then
            line=
            echo "wrote no line into $destdir/etc/inittab, where xenfbfront is started already: $others"
        else
            # Before the logins: of one kind, BusyBox' init starts the first line first.
            printf '%s\n' "$line" > "$destdir/etc/inittab.line"
            edit_inittab cat "$destdir/etc/inittab.line"
            rm "$destdir/etc/inittab.line"
            echo "wrote a line into $destdir/etc/inittab"
        fi
        [ -z "$line" ] || printf 'inittab %s\n' "$line" >> "$list"
        ;;
esac
echo "$folders" | sed '/^$/d' >> "$list"
echo "xenfbfront is installed below $destdir$prefix, started by: $init"
if is_live && [ "$init" != none ]; then
    sed '/^#/d' "$here/modules/load.conf" | while read -r module; do modprobe "$module" 2> /dev/null || echo "no module $module; it may be built in"; done
    # A program that runs already becomes this one, and its screen stays.
    if "$prefix/bin/xenfbfront" ctl program > /dev/null 2>&1; then "$prefix/bin/xenfbfront" upgrade; else start; fi
fi
