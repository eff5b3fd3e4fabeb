SUMMARY = "Socket.IO client and server for C++20"
DESCRIPTION = "Header-only C++20 Socket.IO client and server over standalone Asio and RapidJSON"
SECTION = "libs"
LICENSE = "MIT"
LIC_FILES_CHKSUM = "file://LICENSE;md5=391764117e6f76b671c93d72cfb7e719"

SRC_URI = "git://example.org/socketio-hpp.git;protocol=https;nobranch=1;tag=v${PV}"
S = "${WORKDIR}/git"

DEPENDS = "asio rapidjson"

inherit cmake

PACKAGECONFIG ??= ""
PACKAGECONFIG[compiled] = "-DSOCKETIO_SEPARATE_COMPILATION=ON,-DSOCKETIO_SEPARATE_COMPILATION=OFF"
PACKAGECONFIG[tls] = "-DSOCKETIO_WITH_TLS=ON,-DSOCKETIO_WITH_TLS=OFF,openssl"
PACKAGECONFIG[zlib] = "-DSOCKETIO_WITH_ZLIB=ON,-DSOCKETIO_WITH_ZLIB=OFF,zlib"

EXTRA_OECMAKE = "-DSOCKETIO_BUILD_TESTS=OFF -DSOCKETIO_BUILD_EXAMPLES=OFF"

# All of it is for development: headers, what finds them, and a static library.
ALLOW_EMPTY:${PN} = "1"

BBCLASSEXTEND = "native nativesdk"
