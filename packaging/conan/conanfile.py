# Made from the checkout that it lies in: conan create packaging/conan
import os
import re

from conan import ConanFile
from conan.tools.build import check_min_cppstd
from conan.tools.cmake import CMake, CMakeDeps, CMakeToolchain, cmake_layout
from conan.tools.files import copy, load, rmdir

required_conan_version = ">=2.0"


class SocketioHpp(ConanFile):
    name = "socketio-hpp"
    description = "Header-only C++20 Socket.IO client and server over standalone Asio and RapidJSON"
    license = "MIT"
    topics = ("socket.io", "websocket", "asio", "header-only")
    package_type = "static-library"
    settings = "os", "arch", "compiler", "build_type"
    options = {
        "compiled": [True, False],
        "polling": [True, False],
        "tls": [True, False],
        "zlib": [True, False],
        "fPIC": [True, False],
    }
    default_options = {"compiled": False, "polling": True, "tls": False, "zlib": False, "fPIC": True}

    # The version stands in one place, the header.
    def set_version(self):
        config = load(self, os.path.join(self.recipe_folder, "../../include/socketio/core/config.hpp"))
        parts = re.findall(r"#define SOCKETIO_VERSION_(?:MAJOR|MINOR|PATCH) (\d+)", config)
        self.version = ".".join(parts)

    def export_sources(self):
        checkout = os.path.join(self.recipe_folder, "../..")
        for pattern in ("CMakeLists.txt", "LICENSE", "include/*"):
            copy(self, pattern, checkout, self.export_sources_folder)

    def config_options(self):
        if self.settings.os == "Windows":
            del self.options.fPIC

    def configure(self):
        if not self.options.compiled:
            self.options.rm_safe("fPIC")
            self.package_type = "header-library"

    def requirements(self):
        self.requires("asio/[>=1.22.1 <2]", transitive_headers=True)
        self.requires("rapidjson/cci.20230929", transitive_headers=True)
        if self.options.tls:
            self.requires("openssl/[>=1.1.1 <4]", transitive_headers=True, transitive_libs=True)
        if self.options.zlib:
            self.requires("zlib/[>=1.2.11 <2]", transitive_headers=True, transitive_libs=True)

    def package_id(self):
        if not self.info.options.compiled:
            self.info.settings.clear()

    def validate(self):
        check_min_cppstd(self, 20)

    def layout(self):
        cmake_layout(self)

    def generate(self):
        CMakeDeps(self).generate()
        toolchain = CMakeToolchain(self)
        toolchain.cache_variables["SOCKETIO_BUILD_TESTS"] = False
        toolchain.cache_variables["SOCKETIO_BUILD_EXAMPLES"] = False
        toolchain.cache_variables["SOCKETIO_SEPARATE_COMPILATION"] = bool(self.options.compiled)
        toolchain.cache_variables["SOCKETIO_NO_POLLING"] = not self.options.polling
        toolchain.cache_variables["SOCKETIO_WITH_TLS"] = bool(self.options.tls)
        toolchain.cache_variables["SOCKETIO_WITH_ZLIB"] = bool(self.options.zlib)
        toolchain.generate()

    def build(self):
        cmake = CMake(self)
        cmake.configure()
        cmake.build()

    # Conan's own files take the place of those that CMake installs.
    def package(self):
        CMake(self).install()
        copy(self, "LICENSE", self.source_folder, os.path.join(self.package_folder, "licenses"))
        rmdir(self, os.path.join(self.package_folder, "lib", "cmake"))
        rmdir(self, os.path.join(self.package_folder, "lib", "pkgconfig"))

    def package_info(self):
        self.cpp_info.set_property("cmake_file_name", "socketio")
        headers = self.cpp_info.components["headers"]
        headers.set_property("cmake_target_name", "socketio::socketio")
        headers.set_property("pkg_config_name", "socketio")
        headers.bindirs = headers.libdirs = []
        headers.defines = ["ASIO_STANDALONE"]
        headers.requires = ["asio::asio", "rapidjson::rapidjson"]
        for option, macro in (("tls", "SOCKETIO_WITH_TLS"), ("zlib", "SOCKETIO_WITH_ZLIB")):
            if self.options.get_safe(option):
                headers.defines.append(macro)
                headers.requires.append("openssl::openssl" if option == "tls" else "zlib::zlib")
        if not self.options.polling:
            headers.defines.append("SOCKETIO_NO_POLLING")
        if self.settings.os in ("Linux", "FreeBSD"):
            headers.system_libs = ["pthread"]
        if self.settings.os == "Windows":
            headers.system_libs = ["ws2_32", "mswsock", "bcrypt"] + (["crypt32"] if self.options.tls else [])
            headers.defines.append("_WIN32_WINNT=0x0A00")
            # More sections than the usual format of objects can count.
            more = {"msvc": "/bigobj", "gcc": "-Wa,-mbig-obj"}.get(str(self.settings.compiler))
            headers.cxxflags = [more] if more else []
        if self.options.compiled:
            compiled = self.cpp_info.components["compiled"]
            compiled.set_property("cmake_target_name", "socketio::compiled")
            compiled.set_property("pkg_config_name", "socketio-compiled")
            compiled.libs = ["socketio_compiled"]
            compiled.defines = ["SOCKETIO_SEPARATE_COMPILATION", "ASIO_SEPARATE_COMPILATION"]
            compiled.requires = ["headers"]
