# SPDX-License-Identifier: MIT
# Sourced: finds out what is missing and installs it.
#   packages_missing PKG...   prints those that dpkg does not know as installed
#   packages_install WHY PKG...   installs them by apt-get, or names them and fails

packages_missing() {
	for package in "$@"; do
		dpkg-query -W -f '${Status}\n' "$package" 2>/dev/null | grep -q 'install ok installed' ||
			printf '%s\n' "$package"
	done
}

packages_install() {
	why=$1
	shift
	if ! command -v apt-get >/dev/null 2>&1; then
		echo "$why needs these (names as in Debian); install them and run it again:" >&2
		printf '  %s\n' "$@" >&2
		return 1
	fi
	missing=$(packages_missing "$@")
	[ -n "$missing" ] || return 0
	echo "$why needs packages that are missing, installing:" $missing
	as=$(packages_root) || {
		echo "no sudo here; as root, run: apt-get install" $missing >&2
		return 1
	}
	packages_get $missing 2>/dev/null || { packages_update && packages_get $missing; } || {
		echo "apt-get could not install:" $missing >&2
		return 1
	}
}

# How to become root: nothing, or sudo; fails where there is no way.
packages_root() {
	[ "$(id -u)" = 0 ] && return 0
	command -v sudo >/dev/null 2>&1 && echo sudo
}

packages_update() {
	as=$(packages_root) && $as apt-get update >/dev/null
}

packages_get() {
	as=$(packages_root) &&
		$as env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@" >/dev/null
}

# The newest N such that the package clang-N is installed or to be had.
packages_llvm() {
	for n in 22 21 20 19 18 17 16; do
		if [ -x "/usr/bin/clang-$n" ] && [ -e "/usr/lib/llvm-$n/include/llvm-c/Core.h" ]; then
			echo "$n"
			return 0
		fi
	done
	for n in 22 21 20 19 18 17 16; do
		if apt-cache show "llvm-$n-dev" >/dev/null 2>&1; then
			echo "$n"
			return 0
		fi
	done
	return 1
}
