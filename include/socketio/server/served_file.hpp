// A file that is open for reading, and the HTTP status of a failure to open it.
#pragma once

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <system_error>

namespace socketio::detail {

class served_file {
public:
    // Returns an error if the file cannot be opened. On POSIX systems child processes do not inherit it.
    std::error_code open(std::filesystem::path const& file)
    {
        errno = 0;
#if defined(_WIN32)
        file_.reset(::_wfopen(file.c_str(), L"rbN"), closing{});
#else
        file_.reset(std::fopen(file.c_str(), "rbe"), closing{});
#endif
        if (file_) {
            std::setvbuf(file_.get(), nullptr, _IONBF, 0);
            return {};
        }
        return errno != 0 ? std::error_code{errno, std::generic_category()} : std::make_error_code(std::errc::io_error);
    }
    // Reads up to `room` bytes; fewer at the end of the file, or after an error.
    std::size_t read(char* into, std::size_t room) noexcept { return std::fread(into, 1, room, file_.get()); }
    bool failed() const noexcept { return std::ferror(file_.get()) != 0; }

private:
    struct closing {
        void operator()(std::FILE* file) const noexcept
        {
            if (file)
                std::fclose(file);
        }
    };

    std::shared_ptr<std::FILE> file_; // shared by all copies
};

// 404: it does not exist; 403: it is not readable; 503: the system lacks a resource; 500: all other errors.
inline int status_of_failure(std::error_code ec) noexcept
{
    using std::errc;
    for (errc const each : {errc::no_such_file_or_directory, errc::not_a_directory, errc::filename_too_long,
                            errc::too_many_symbolic_link_levels, errc::illegal_byte_sequence, errc::invalid_argument,
                            errc::no_such_device})
        if (ec == each)
            return 404;
    for (errc const each : {errc::permission_denied, errc::operation_not_permitted})
        if (ec == each)
            return 403;
    for (errc const each : {errc::too_many_files_open, errc::too_many_files_open_in_system, errc::not_enough_memory,
                            errc::resource_unavailable_try_again, errc::no_buffer_space, errc::device_or_resource_busy,
                            errc::interrupted})
        if (ec == each)
            return 503;
    return 500;
}

} // namespace socketio::detail
