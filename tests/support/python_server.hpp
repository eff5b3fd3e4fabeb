// python-socketio's server (tests/peers/python_server.py), where it is installed.
#pragma once

#include "peer.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>

namespace support {

// The one that Debian's packages are for, since there may be others before it.
inline std::string python() { return places::chosen("SOCKETIO_PYTHON", "/usr/bin/python3"); }

// Says what is missing.
inline bool has_python_socketio()
{
    std::string const command = python() + " -c 'import socketio, uvicorn, wsproto' >/dev/null 2>&1";
    static bool const found = std::system(command.c_str()) == 0;
    if (!found)
        MESSAGE("left out: no python-socketio (apt-get install python3-socketio python3-uvicorn python3-wsproto)");
    return found;
}

class python_server {
public:
    explicit python_server(std::string const& settings = "{}")
        : program_{{python(), places::peers() + "/python_server.py", settings}}
    {
        std::string const line = program_.read_line();
        constexpr std::string_view prefix = R"({"listening":)";
        if (!line.starts_with(prefix))
            throw std::runtime_error("python's server did not start: " + line);
        port_ = static_cast<std::uint16_t>(std::stoi(line.substr(prefix.size())));
    }
    std::uint16_t port() const noexcept { return port_; }
    std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

private:
    process program_;
    std::uint16_t port_ = 0;
};

} // namespace support
