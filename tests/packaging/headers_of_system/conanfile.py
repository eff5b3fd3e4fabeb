# Headers that this system has already, as a package for Conan: conan create . --name asio --version 1.22.1
# SOCKETIO_SYSTEM_HEADERS is the folder that holds them.
import os

from conan import ConanFile
from conan.tools.files import copy


class HeadersOfSystem(ConanFile):
    package_type = "header-library"

    def package(self):
        found = os.path.join(os.environ["SOCKETIO_SYSTEM_HEADERS"], self.name)
        copy(self, "*", found, os.path.join(self.package_folder, "include", self.name))

    def package_info(self):
        self.cpp_info.bindirs = self.cpp_info.libdirs = []
