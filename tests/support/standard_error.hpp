// What this process writes to its standard error while the object lives.
#pragma once

#include <array>
#include <cstddef>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <string_view>

#if defined(_WIN32)
#include <io.h>
#else
#include <unistd.h>
#endif

namespace support {

class standard_error {
public:
    standard_error() : file_{std::tmpfile()}, before_{duplicate(2)}
    {
        std::fflush(stderr);
        if (file_ == nullptr || before_ < 0 || !redirect(number_of(file_)))
            throw std::runtime_error("standard error");
    }
    standard_error(standard_error const&) = delete;
    standard_error& operator=(standard_error const&) = delete;
    ~standard_error()
    {
        std::fflush(stderr);
        redirect(before_);
        close_number(before_);
        std::fclose(file_);
    }

    // The place in the file is that of the writer, too: it is at the end afterwards.
    std::string text() const
    {
        std::fflush(stderr);
        std::string all;
        std::array<char, 4096> piece;
        std::rewind(file_);
        while (std::size_t const count = std::fread(piece.data(), 1, piece.size(), file_))
            all.append(piece.data(), count);
        std::fseek(file_, 0, SEEK_END);
        std::erase(all, '\r'); // of Windows
        return all;
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
#if defined(_WIN32)
    static int duplicate(int of) { return ::_dup(of); }
    static bool redirect(int to) { return ::_dup2(to, 2) == 0; }
    static int number_of(std::FILE* of) { return ::_fileno(of); }
    static void close_number(int which) { ::_close(which); }
#else
    static int duplicate(int of) { return ::dup(of); }
    static bool redirect(int to) { return ::dup2(to, 2) == 2; }
    static int number_of(std::FILE* of) { return ::fileno(of); }
    static void close_number(int which) { ::close(which); }
#endif

    std::FILE* const file_;
    int const before_;
};

} // namespace support
