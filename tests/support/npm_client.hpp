// npm's socket.io-client, doing what a scenario says: tests/peers/client.js tells what it may say.
#pragma once

#include "peer.hpp"

#include <optional>
#include <string>

namespace support {

class npm_client {
public:
    npm_client(std::string const& url, std::string const& scenario)
        : program_{{places::chosen("SOCKETIO_NODE", "node"), places::peers() + "/client.js", url, scenario},
                   {{"NODE_PATH", places::node_modules()}}}
    {
    }

    // What it has noted, a JSON array of lines, once the scenario's last line was noted.
    std::optional<std::string> const& diary()
    {
        if (!diary_)
            diary_ = program_.try_line();
        return diary_;
    }
    // It goes without a word: the system closes its connections.
    void kill() noexcept { program_.stop(); }
    // SIGSTOP: it is there and says nothing.
    void signal(int number) const noexcept { program_.signal(number); }

private:
    process program_;
    std::optional<std::string> diary_;
};

} // namespace support
