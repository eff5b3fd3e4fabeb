// A folder for what a test writes for other programs to read, and they for it; gone with the object.
#pragma once

#include "process.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

namespace support {

class temporary_folder {
public:
    temporary_folder()
    {
        std::string name = (std::filesystem::temp_directory_path() / "socketio-test-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr)
            fail("mkdtemp");
        path_ = name;
    }
    temporary_folder(temporary_folder const&) = delete;
    temporary_folder& operator=(temporary_folder const&) = delete;
    ~temporary_folder()
    {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }

    std::string name() const { return path_.string(); }
    std::string path(std::string_view name) const { return (path_ / name).string(); }

    // Gives the path of the file.
    std::string write(std::string_view name, std::string_view text) const
    {
        std::ofstream file(path(name), std::ios::binary | std::ios::trunc);
        file << text;
        file.close();
        if (!file)
            throw std::runtime_error("cannot write " + path(name));
        return path(name);
    }

    // "" of a file that is not there.
    std::string read(std::string_view name) const
    {
        std::ifstream file(path(name), std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
    }

    void remove(std::string_view name) const { std::filesystem::remove(path(name)); }

private:
    std::filesystem::path path_;
};

} // namespace support
