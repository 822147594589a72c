#!/bin/sh
# rename-module.sh PATH: renames the module of the folder it is run in, and those within it
# that build on it, in go.mod files and imports. Run it by "make module PATH=…".
set -eu
new=$1
case $new in
'' | *[!A-Za-z0-9._~/-]* | /* | */ | *//*)
	echo "make module PATH=example.org/wscope: '$new' is no module path" >&2
	exit 2
	;;
esac
old=$(sed -n 's/^module //p' go.mod)
from=$(printf %s "$old" | sed 's/[.]/\\./g')
find . -name .git -prune -o -name node_modules -prune -o -name go.mod -print |
	while read -r f; do
		sed -E "s#^(module|replace|require|	)( ?)$from([ /]|\$)#\\1\\2$new\\3#" "$f" >"$f.new" && cat "$f.new" >"$f" && rm "$f.new"
	done
find . -name .git -prune -o -name node_modules -prune -o -name '*.go' -print |
	while read -r f; do
		grep -q "\"$from/" "$f" || continue
		sed -E "s#\"$from/((analyzer|assembly|cmd|wsparse)[/\"])#\"$new/\\1#g" "$f" >"$f.new" && cat "$f.new" >"$f" && rm "$f.new"
	done
