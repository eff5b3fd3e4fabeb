// What a recorder has written.
#pragma once

#include <socketio/testing/decl.hpp>
#include <socketio/testing/describe.hpp>
#include <socketio/testing/recorded_line.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace socketio::testing {

// A file of a recorder. Throws testing::failure with the line if it is something else.
class recording {
public:
    static recording read(std::string const& path);
    // `name` precedes the number of a line where something is said about it.
    static recording parse(std::string_view text, std::string name = "recording");

    std::string const& name() const noexcept { return name_; }
    secret_names const& secrets() const noexcept { return secrets_; }
    std::vector<detail::recorded_line> const& lines() const noexcept { return lines_; }

private:
    std::string name_;
    secret_names secrets_;
    std::vector<detail::recorded_line> lines_;
};

} // namespace socketio::testing

#if defined(SOCKETIO_TESTING_HEADER_ONLY)
#include <socketio/testing/impl/recording.ipp>
#endif
