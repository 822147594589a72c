#!/bin/sh
# firefox.sh URL SECONDS: a headless Firefox on a page whose certificate $WORK/ca.pem has signed, in a profile of its own
profile=$(mktemp -d)
export HOME="$profile" MOZ_HEADLESS=1
certutil -N -d "sql:$profile" --empty-password 2>/dev/null && certutil -A -d "sql:$profile" -n here -t C,, -i "$WORK/ca.pem"
cat > "$profile/user.js" <<C
user_pref("network.manage-offline-status", false);
user_pref("network.dns.disableIPv6", true);
user_pref("browser.startup.homepage_override.mstone", "ignore");
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("app.update.enabled", false);
C
timeout "$2" firefox-esr --no-remote --profile "$profile" "$1" >/dev/null 2>&1
rm -rf "$profile"
