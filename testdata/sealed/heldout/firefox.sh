#!/bin/sh
# firefox.sh URL SECONDS: a headless Firefox on a page whose certificate is $WORK/c.pem, in a profile of its own
profile=$(mktemp -d)
export HOME="$profile" MOZ_HEADLESS=1
certutil -N -d "sql:$profile" --empty-password 2>/dev/null && certutil -A -d "sql:$profile" -n here -t P,, -i "$WORK/c.pem"
timeout "$2" firefox-esr --no-remote --profile "$profile" "$1" >/dev/null 2>&1
rm -rf "$profile"
