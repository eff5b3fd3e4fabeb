#!/bin/sh
# Builds and runs consumers with socketio taken in one way:
# consume.sh <way> <source> <work folder> <c++ compiler> [<version of Qt, 5 or 6>]
# One way, single_header, builds all of the library: the others differ from it in files and flags, which a part of it
# shows in a fraction of the time.
set -eu
way=$1 source=$2 work=$3 qt=${5-}
export CXX="$4"

consumer=$source/tests/packaging/consumer
rm -rf "$work"
mkdir -p "$work"

if command -v ccache >/dev/null; then
    export CMAKE_CXX_COMPILER_LAUNCHER=ccache CCACHE_BASEDIR="$work" CCACHE_NOHASHDIR=1
fi

# What CMake and Meson need of the library, with nothing to compile once but what part.cpp uses.
take_part_of_source() {
    mkdir -p "$work/part/tests"
    cp -r "$source/include" "$source/packaging" "$source"/*.md "$source/docs" "$source/LICENSE" "$work/part"
    cp "$source/CMakeLists.txt" "$source"/meson* "$work/part"
    cp "$source/tests/library.cpp" "$work/part/tests"
    source=$work/part
    sed -i -E '/^#include <socketio\/(core\/|net\/impl\/background_context)/! { /^#include/d }' \
        "$source/include/socketio/src.hpp"
}

# The same as a repository with the version as a tag, for what clones it.
make_repository() {
    take_part_of_source
    git -C "$source" init -q
    git -C "$source" add .
    git -C "$source" -c user.name=consumer -c user.email=consumer@example.org commit -q -m "Part of socketio"
    git -C "$source" tag v0.2.0
}

# The consumer with CMake: with_cmake <libraries> <configuration>...
with_cmake() {
    libraries=$1
    shift
    cmake -S "$consumer" -B "$work/build" "-DLIBRARIES=$libraries" "$@"
    cmake --build "$work/build"
    (cd "$work/build" && ctest --output-on-failure)
}

with_package() { with_cmake "$@" -DCONSUME=find_package -DCMAKE_PREFIX_PATH="$work/moved"; }

# The consumer with nothing but pkg-config, where there is one: with_pkg_config <package> <flags>...
with_pkg_config() {
    command -v pkg-config >/dev/null || return 0
    package=$1
    shift
    # shellcheck disable=SC2046  # the flags are words
    $CXX -std=c++20 "$@" "$consumer/part.cpp" -o "$work/uses-$package" $(pkg-config --cflags --libs "$package")
    "$work/uses-$package"
}

# What pkg-config says of packages.
described() {
    for package in "$@"; do
        pkg-config --print-requires "$package"
        pkg-config --modversion "$package"
        pkg-config --cflags --libs "$package"
    done
}

configure_with_cmake() {
    cmake -S "$source" -B "$work/library" -DCMAKE_INSTALL_LIBDIR=lib \
        -DSOCKETIO_BUILD_TESTS=OFF -DSOCKETIO_BUILD_EXAMPLES=OFF "$@"
}

# The package is built into one prefix and used in another; more arguments go to its configuration.
install_with_cmake() {
    configure_with_cmake "$@"
    cmake --build "$work/library"
    cmake --install "$work/library" --prefix "$work/prefix"
    move_package
}

install_with_meson() {
    meson setup "$work/library" "$source" --prefix "$work/prefix" --libdir lib --buildtype plain \
        -Dtests=disabled -Dexamples=disabled "$@"
    meson install -C "$work/library"
    move_package
}

move_package() {
    diff -r "$source/include/socketio" "$work/prefix/include/socketio"
    if grep -rIl -F -e "$work" -e "$source" "$work/prefix"; then
        echo "consume.sh: these files of the package name folders of its build" >&2
        exit 1
    fi
    mv "$work/prefix" "$work/moved"
    export PKG_CONFIG_PATH="$work/moved/lib/pkgconfig"
}

# What this system has of a library's headers, as Conan's package: package_headers <name> <version> <one of them>
package_headers() {
    folder=$(echo "#include <$1/$3>" | $CXX -x c++ -M - | tr ' ' '\n' | sed -n "s,/$1/$3\$,,p")
    SOCKETIO_SYSTEM_HEADERS=$folder conan create "${consumer%/*}/headers_of_system" --name "$1" --version "$2"
}

# Compiles a file of the program that is built from single headers, with all that macros add to these:
# compile_single <file> <output> <flags>...
compile_single() {
    file=$source/tests/packaging/single_header/$1 output=$2
    shift 2
    # shellcheck disable=SC2086  # the launcher may be none
    ${CMAKE_CXX_COMPILER_LAUNCHER-} "$CXX" -std=c++20 -DASIO_NO_DEPRECATED -Wall -Wextra -Wpedantic -Werror \
        "-I$work/single" -DSOCKETIO_WITH_MSGPACK -DSOCKETIO_WITH_TLS -DSOCKETIO_WITH_ZLIB "$@" -c "$file" -o "$output"
}

case $way in
single_header)
    node "$source/tools/amalgamate.js" "$work/single"
    node "$source/tools/amalgamate.js" "$work/again"
    diff -r "$work/single" "$work/again"
    for file in client server library; do
        compile_single $file.cpp "$work/$file.o" -DSOCKETIO_SEPARATE_COMPILATION -DASIO_SEPARATE_COMPILATION
    done
    $CXX "$work/client.o" "$work/server.o" "$work/library.o" -o "$work/program" -pthread -lssl -lcrypto -lz
    "$work/program"
    # Without the library the linker says what to do.
    ! $CXX "$work/client.o" "$work/server.o" -o "$work/bare" -pthread -lssl -lcrypto -lz 2>"$work/said.txt"
    grep -q one_source_file_must_define_SOCKETIO_IMPLEMENTATION "$work/said.txt"
    # Header-only, and several of them in one file.
    compile_single server.cpp "$work/whole.o" -include socketio_client.hpp -include socketio.hpp -fsyntax-only
    ;;
installed)
    install_with_cmake
    with_package socketio
    with_pkg_config socketio
    ;;
installed_compiled)
    take_part_of_source
    install_with_cmake -DSOCKETIO_SEPARATE_COMPILATION=ON
    with_package "socketio;compiled"
    with_pkg_config socketio-compiled -DLIBRARY_IS_COMPILED
    ;;
installed_tls)
    install_with_cmake -DSOCKETIO_WITH_TLS=ON
    with_package socketio -DLIBRARY_HAS_TLS=ON
    ;;
installed_compiled_tls)
    take_part_of_source
    install_with_cmake -DSOCKETIO_WITH_TLS=ON -DSOCKETIO_SEPARATE_COMPILATION=ON
    with_package compiled -DLIBRARY_HAS_TLS=ON
    with_pkg_config socketio-compiled -DLIBRARY_IS_COMPILED -DLIBRARY_HAS_TLS
    ;;
add_subdirectory)
    take_part_of_source
    with_cmake "socketio;compiled" -DCONSUME=add_subdirectory -DSOCKETIO_SOURCE="$source"
    ;;
installed_qt)
    install_with_cmake
    cmake -S "$consumer"_qt -B "$work/build" "-DQT=$qt" -DCMAKE_PREFIX_PATH="$work/moved"
    cmake --build "$work/build"
    (cd "$work/build" && ctest --output-on-failure)
    ;;
meson_qt)
    # As a subproject, and the installed one as far as moc.
    mkdir -p "$work/source/subprojects"
    cp "$consumer"_qt/* "$work/source"
    take_part_of_source
    mv "$source" "$work/source/subprojects/socketio"
    source=$work/source/subprojects/socketio
    meson setup "$work/build" "$work/source" --buildtype plain "-Dqt=$qt" --wrap-mode forcefallback
    meson test -C "$work/build" --suite consumer_qt --print-errorlogs
    install_with_meson
    meson setup "$work/installed" "$consumer"_qt --buildtype plain "-Dqt=$qt" --wrap-mode nofallback
    ninja -C "$work/installed" uses-qt.p/moc_bridge.cpp
    ;;
fetch_content)
    make_repository
    with_cmake socketio -DCONSUME=fetch_content -DSOCKETIO_SOURCE="file://$source"
    ;;
meson_wrap)
    make_repository
    mkdir -p "$work/source/subprojects"
    cp "$consumer"/part.cpp "$consumer"/meson* "$work/source"
    sed "s,^url = .*,url = file://$source," "$source/packaging/meson/socketio.wrap" \
        >"$work/source/subprojects/socketio.wrap"
    meson setup "$work/build" "$work/source" --buildtype plain
    meson test -C "$work/build" --suite consumer --print-errorlogs
    ;;
meson_installed)
    take_part_of_source
    install_with_meson -Dcompiled=true
    meson setup "$work/build" "$consumer" --buildtype plain --wrap-mode nofallback -Dlibraries=socketio-compiled
    meson test -C "$work/build" --print-errorlogs
    # Both build systems say the same.
    described socketio socketio-compiled >"$work/meson.txt"
    rm -r "$work/library"
    configure_with_cmake -DSOCKETIO_SEPARATE_COMPILATION=ON
    cp "$work"/library/socketio*.pc "$PKG_CONFIG_PATH"
    described socketio socketio-compiled >"$work/cmake.txt"
    diff "$work/meson.txt" "$work/cmake.txt"
    ;;
conan)
    # No test asks a server for packages.
    take_part_of_source
    export CONAN_HOME="$work/conan"
    conan profile detect
    conan remote disable "*"
    package_headers asio 1.22.1 version.hpp
    package_headers rapidjson cci.20230929 reader.h
    conan create "$source/packaging/conan" -s compiler.cppstd=20 -o "&:compiled=True"
    ;;
debian)
    take_part_of_source
    cp -r "$source/packaging/debian" "$source/debian"
    (cd "$source" && dpkg-buildpackage -d -us -uc -b)
    # As it would lie in the system, without being there.
    dpkg-deb -x "$work"/libsocketio-hpp-dev_*_all.deb "$work/unpacked"
    mv "$work/unpacked/usr" "$work/moved"
    diff -r "$source/include/socketio" "$work/moved/include/socketio"
    export PKG_CONFIG_PATH="$work/moved/share/pkgconfig"
    with_package socketio
    with_pkg_config socketio
    ;;
presets)
    cd "$source"
    cmake --list-presets
    for preset in dev asan tsan release mingw; do
        [ $preset != mingw ] || command -v x86_64-w64-mingw32-g++-posix >/dev/null || continue
        cmake --preset $preset -B "$work/$preset" -DSOCKETIO_BUILD_TESTS=OFF -DSOCKETIO_BUILD_EXAMPLES=OFF
    done
    ;;
*)
    echo "consume.sh: no such way: $way" >&2
    exit 2
    ;;
esac
