#!/bin/sh
# Builds and runs a consumer with socketio taken in one way: consume.sh <way> <source> <work folder> <c++ compiler>
# One way header-only and one compiled, with TLS, build all of the library: the others differ from them in files and flags,
# which a part of it shows in a fraction of the time.
set -eu
way=$1 source=$2 work=$3
CXX=$4
export CXX

consumer=$source/tests/packaging/consumer
rm -rf "$work"
mkdir -p "$work"

# What CMake and Meson need of the library, with nothing to compile once but what part.cpp uses.
take_part_of_source() {
    mkdir -p "$work/part/tests"
    cp -r "$source/include" "$source/CMakeLists.txt" "$source"/meson* "$work/part"
    cp "$source/tests/library.cpp" "$work/part/tests"
    source=$work/part
    sed -i -E '/^#include <socketio\/(core\/|net\/impl\/background_context)/! { /^#include/d }' \
        "$source/include/socketio/src.hpp"
}

# The consumer with CMake; more arguments go to its configuration.
with_cmake() {
    program=$1 library=$2
    shift 2
    cmake -S "$consumer" -B "$work/build" -DPROGRAM="$program" -DLIBRARY="$library" -DSOCKETIO_SOURCE="$source" "$@"
    cmake --build "$work/build"
    (cd "$work/build" && ctest --output-on-failure)
}

# The library with CMake into a prefix of its own; more arguments go to its configuration.
install_library() {
    cmake -S "$source" -B "$work/library" -DCMAKE_INSTALL_PREFIX="$work/prefix" -DCMAKE_INSTALL_LIBDIR=lib \
        -DSOCKETIO_BUILD_TESTS=OFF -DSOCKETIO_BUILD_EXAMPLES=OFF "$@"
    cmake --build "$work/library"
    cmake --install "$work/library"
}

case $way in
find_package)
    install_library
    with_cmake main socketio::socketio -DCONSUME=find_package -DCMAKE_PREFIX_PATH="$work/prefix"
    ;;
find_package_compiled)
    take_part_of_source
    install_library -DSOCKETIO_SEPARATE_COMPILATION=ON
    with_cmake part socketio::compiled -DCONSUME=find_package -DCMAKE_PREFIX_PATH="$work/prefix"
    ;;
find_package_tls)
    install_library -DSOCKETIO_WITH_TLS=ON
    with_cmake part socketio::socketio -DCONSUME=find_package -DCMAKE_PREFIX_PATH="$work/prefix"
    ;;
find_package_compiled_tls)
    install_library -DSOCKETIO_WITH_TLS=ON -DSOCKETIO_SEPARATE_COMPILATION=ON
    with_cmake main socketio::compiled -DCONSUME=find_package -DCMAKE_PREFIX_PATH="$work/prefix"
    ;;
add_subdirectory | fetch_content)
    with_cmake part socketio::socketio -DCONSUME="$way"
    ;;
add_subdirectory_compiled)
    take_part_of_source
    with_cmake part socketio::compiled -DCONSUME=add_subdirectory
    ;;
pkg_config)
    install_library
    PKG_CONFIG_PATH=$work/prefix/lib/pkgconfig
    export PKG_CONFIG_PATH
    # shellcheck disable=SC2046  # the flags are words
    $CXX -std=c++20 "$consumer/part.cpp" -o "$work/consumer" $(pkg-config --cflags --libs socketio)
    "$work/consumer"
    ;;
meson_subproject | meson_subproject_compiled)
    compiled=false
    if [ "$way" = meson_subproject_compiled ]; then
        compiled=true
        take_part_of_source
    fi
    mkdir -p "$work/source/subprojects"
    cp "$consumer"/part.cpp "$consumer"/meson* "$work/source"
    ln -s "$source" "$work/source/subprojects/socketio"
    meson setup "$work/build" "$work/source" -Dcompiled=$compiled
    meson test -C "$work/build" --suite consumer --print-errorlogs
    ;;
meson_installed)
    meson setup "$work/library" "$source" --prefix "$work/prefix" --libdir lib -Dtests=disabled -Dexamples=disabled
    meson install -C "$work/library"
    PKG_CONFIG_PATH=$work/prefix/lib/pkgconfig
    export PKG_CONFIG_PATH
    meson setup "$work/build" "$consumer" --wrap-mode nofallback
    meson test -C "$work/build" --print-errorlogs
    ;;
*)
    echo "consume.sh: no such way: $way" >&2
    exit 2
    ;;
esac
