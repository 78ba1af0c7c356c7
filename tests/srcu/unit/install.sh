#!/bin/sh
# SPDX-License-Identifier: MIT
# Build with the Makefile alone, install, and use what was installed: pkg-config, CMake, C++, static.
root=$(cd "$(dirname "$0")/../../.." && pwd)
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
export LD_LIBRARY_PATH="$dir/usr/lib"
set -e
make -s -C "$root/src/srcu" BUILD="$dir/build" PREFIX="$dir/usr" CC="${CC:-cc}" install
cat >"$dir/use.c" <<'END'
#include <srcu.h>
DEFINE_STATIC_SRCU(domain);
int main(void)
{
	for (int i = 0; i < 1000; i++) {
		int idx = srcu_read_lock(&domain);
		srcu_read_unlock(&domain, idx);
	}
	synchronize_srcu(&domain);
	return 0;
}
END
cat >"$dir/use.cc" <<'END'
#include <srcu.hpp>
static int value = 1;
static srcu::pointer<int> pointer(&value);
template <typename T> static int read(srcu::domain &domain, T one)
{
	srcu::read_guard guard(domain);
	return *pointer.load(domain) - one;
}
int main()
{
	srcu::domain domain("use");
	int sum = 0;
	for (int i = 0; i < 1000; i++)
		sum += read(domain, 1) + read(domain, 1L);
	srcu::shared_guard first(domain.get());
	srcu::shared_guard second(std::move(first));
	second.release();
	domain.synchronize();
	domain.barrier();
	return sum;
}
END
flags="-I$dir/usr/include -O2 -Wall -Wextra -Werror"
if command -v pkg-config >/dev/null; then
	used=$(PKG_CONFIG_PATH="$dir/usr/lib/pkgconfig" pkg-config --cflags --libs libsrcu)
	${CC:-cc} -o "$dir/use" "$dir/use.c" $used && "$dir/use"
	echo "ok pkg-config"
else
	echo "skip pkg-config: not installed"
fi
${CC:-cc} $flags -o "$dir/static" "$dir/use.c" "$dir/usr/lib/libsrcu.a" -pthread && "$dir/static"
echo "ok static"
if command -v "${CXX:-c++}" >/dev/null; then
	for level in -O0 -O2 "-O2 -fPIC"; do
		${CXX:-c++} $flags $level -o "$dir/cc" "$dir/use.cc" -L"$dir/usr/lib" -lsrcu && "$dir/cc"
	done
	echo "ok C++"
else
	echo "skip C++: no C++ compiler"
fi
exported=$(nm -D --defined-only "$dir/usr/lib/libsrcu.so" | grep -c ' [TBDR] ')
[ "$exported" -le 27 ] || { echo "$exported symbols exported"; exit 1; }
readelf -d "$dir/usr/lib/libsrcu.so" | grep -q NODELETE || { echo "not -z nodelete"; exit 1; }
echo "ok symbols"
