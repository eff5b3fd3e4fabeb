# Shell functions for examples/run and tests/run, which source this file: what is needed, and how it is got.
# shellcheck shell=bash

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
jobs=$(nproc 2>/dev/null || echo 2)

say() { printf '\n== %s\n' "$*"; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }

has() { command -v "$1" >/dev/null 2>&1; }
has_server() { has "$1" || [ -x "/usr/sbin/$1" ]; }
has_header() { echo "#include <$1>" | g++ -E -x c++ - >/dev/null 2>&1; }
has_node() { has node && node -e 'process.exit(parseInt(process.versions.node) >= 18 ? 0 : 1)'; }
has_tsan() {
    local probe status=0
    probe=$(mktemp)
    echo 'int main() {}' | clang++ -fsanitize=thread -x c++ - -o "$probe" >/dev/null 2>&1 || status=1
    rm -f "$probe"
    return "$status"
}
has_python_socketio() { /usr/bin/python3 -c 'import socketio, uvicorn, wsproto' >/dev/null 2>&1; }
has_qt() { compgen -G '/usr/lib*/cmake/Qt[56]Core' >/dev/null || compgen -G '/usr/lib/*/cmake/Qt[56]Core' >/dev/null; }
has_wine() { [ -x /usr/lib/wine/wine64 ] || has wine; }
has_libcxx() {
    local probe status=0
    probe=$(mktemp)
    printf '#include <string>\nint main() {}' | clang++ -stdlib=libc++ -x c++ - -o "$probe" >/dev/null 2>&1 || status=1
    rm -f "$probe"
    return "$status"
}

# One requirement: what to look for, and Debian's package that has it.
missing=()
need() {
    local package=$1
    shift
    "$@" || missing+=("$package")
}

# The same, of what is done without where apt-get has no such package.
want() {
    local package=$1
    shift
    "$@" && return 0
    if has apt-get; then
        apt-cache show "$package" >/dev/null 2>&1 || update_packages
        apt-cache show "$package" >/dev/null 2>&1 && missing+=("$package")
    fi
    return 0
}

# What every build needs.
need_basics() {
    need g++ has g++
    need cmake has cmake
    need libasio-dev has_header asio/version.hpp
    need rapidjson-dev has_header rapidjson/reader.h
    has ninja || need make has make
}

# What npm's socket.io needs.
need_npm() {
    if has node && ! has_node; then
        die "node 18 or newer is needed, this is $(node --version)"
    fi
    need nodejs has node
    need npm has npm
}

# What the tests need beyond that.
need_test_tools() {
    need ninja-build has ninja
    need doctest-dev has_header doctest/doctest.h
    need zlib1g-dev has_header zlib.h
    need clang has clang++
    need clang-tidy has clang-tidy
    need lld has ld.lld
    need libclang-rt-dev has_tsan
    need libssl-dev has_header openssl/ssl.h
    need meson has meson
    need pkg-config has pkg-config
    need ccache has ccache
    want nlohmann-json3-dev has_header nlohmann/json.hpp
    want libgtest-dev has_header gtest/gtest.h
    want catch2 has_header catch2/catch.hpp
    # Large, so only when asked for. Where it is, the tests of Qt run anyway.
    [ -z "${SOCKETIO_TESTS_WITH_QT:-}" ] || want qt6-base-dev has_qt
    want libmsgpack-cxx-dev has_header msgpack/version.hpp
    want python3-socketio has_python_socketio
    want python3-uvicorn has_python_socketio
    want python3-wsproto has_python_socketio
}

# What the full tests run as programs of their own: a browser, and proxies; none of it as a service.
need_programs() {
    need chromium has chromium
    want mkdocs has mkdocs
    need tinyproxy-bin has_server tinyproxy
    need squid has_server squid
    need microsocks has_server microsocks
    need dante-server has_server danted
    need nginx has_server nginx
    need haproxy has_server haproxy
    need openssl has openssl
}

# What compiles the library for other systems, and with another standard library.
want_platforms() {
    if [ "$(uname -m)" = x86_64 ]; then
        want g++-mingw-w64-x86-64-posix has x86_64-w64-mingw32-g++-posix
        want wine64 has_wine
    fi
    want libc++-dev has_libcxx
    want libc++abi-dev has_libcxx
}

# What builds the Debian package.
want_packagers() {
    want dpkg-dev has dpkg-buildpackage
    want debhelper has dh
}

# What tests/platforms/run takes when it is asked for all.
want_all_platforms() {
    local version
    want g++-arm-linux-gnueabihf has arm-linux-gnueabihf-g++
    want g++-aarch64-linux-gnu has aarch64-linux-gnu-g++
    want g++-s390x-linux-gnu has s390x-linux-gnu-g++
    want qemu-user has qemu-arm
    want g++-11 has g++-11
    for version in 15 16 19 22; do want "clang-$version" has "clang++-$version"; done
}

# Packages of servers start them, now and at every boot: not these.
# shellcheck disable=SC2016
apt_get_install='
    policy=/usr/sbin/policy-rc.d
    if [ ! -e "$policy" ]; then
        trap "rm -f $policy" EXIT
        printf "#!/bin/sh\nexit 101\n" >"$policy"
        chmod 755 "$policy"
    fi
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" || exit
    [ -d /run/systemd/system ] || exit 0
    for package in "$@"; do
        case $package in
        dante-server) systemctl disable danted ;;
        squid | nginx | haproxy) systemctl disable "$package" ;;
        esac
    done'

sudo=()
if [ "$(id -u)" != 0 ]; then
    sudo=(sudo -n)
fi

# Once is enough.
packages_updated=
update_packages() {
    [ -z "$packages_updated" ] || return 0
    packages_updated=1
    "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -qq </dev/null ||
        say "apt-get update complains; going on with what it has" # often only some unrelated source
}

# Installs what `need` found missing, or says how.
install_missing() {
    [ ${#missing[@]} -gt 0 ] || return 0
    if ! has apt-get; then
        die "missing: ${missing[*]} (names of Debian's packages; there is no apt-get here)"
    fi
    if [ ${#sudo[@]} -gt 0 ] && ! "${sudo[@]}" true 2>/dev/null; then
        die "missing: ${missing[*]}. Install with:
    sudo apt-get update && sudo apt-get install -y --no-install-recommends ${missing[*]}"
    fi
    say "installing ${missing[*]}"
    update_packages
    "${sudo[@]}" bash -c "$apt_get_install" apt_get_install "${missing[@]}" </dev/null || return
    missing=()
}

# Ninja where it is, else make; a folder that is configured already keeps what it has.
configure() {
    local folder=$1 generator=()
    shift
    if [ ! -f "$folder/CMakeCache.txt" ]; then
        if has ninja; then generator=(-G Ninja); else generator=(-G "Unix Makefiles"); fi
    fi
    cmake -S "$root" -B "$folder" "${generator[@]}" "$@"
}
