#!/bin/sh
# dracut, hook cleanup: ends it before its root is taken away; the system's own begins anew.
if read -r pid < /run/xenfbfront.lock; then
    kill "$pid" 2> /dev/null
    n=0
    while kill -0 "$pid" 2> /dev/null && [ $n -lt 150 ]; do sleep 0.1; n=$((n + 1)); done
fi
