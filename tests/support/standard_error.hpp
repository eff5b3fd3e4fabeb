// What this process writes to its standard error while the object lives.
#pragma once

#include "process.hpp"
#include "temporary_folder.hpp"

#include <cstddef>
#include <cstdio>
#include <string>
#include <string_view>

#include <fcntl.h>
#include <unistd.h>

namespace support {

class standard_error {
public:
    standard_error() : before_{::dup(2)}
    {
        std::fflush(stderr);
        int const file = ::open(folder_.path("said").c_str(), O_CREAT | O_APPEND | O_WRONLY | O_CLOEXEC, 0600);
        if (before_ < 0 || file < 0 || ::dup2(file, 2) < 0)
            fail("standard error");
        ::close(file);
    }
    standard_error(standard_error const&) = delete;
    standard_error& operator=(standard_error const&) = delete;
    ~standard_error()
    {
        std::fflush(stderr);
        ::dup2(before_, 2);
        ::close(before_);
    }

    std::string text() const
    {
        std::fflush(stderr);
        return folder_.read("said");
    }
    // The lines in which this occurs.
    int count(std::string_view words) const
    {
        int found = 0;
        std::string const all = text();
        for (std::size_t at = 0; at < all.size();) {
            std::size_t const end = all.find('\n', at);
            found += all.substr(at, end - at).find(words) != std::string::npos;
            at = end == std::string::npos ? all.size() : end + 1;
        }
        return found;
    }

private:
    temporary_folder folder_;
    int const before_;
};

} // namespace support
