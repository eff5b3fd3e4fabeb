// This library's server and npm's beside each other, and what both answer to the same bytes.
#pragma once

#include "engine_requests.hpp"
#include "http_caller.hpp"
#include "peer.hpp"
#include "server_fixture.hpp"

#include <algorithm>
#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace support {

struct beside_npm : server_fixture {
    // The same options, in their language and in ours.
    explicit beside_npm(std::string options = "{}", socketio::server_options same = {})
        : server_fixture{std::move(same)}, theirs{std::move(options)}
    {}

    // A list in which the order means nothing.
    static std::string sorted(std::string_view list)
    {
        std::set<std::string> all;
        while (!list.empty()) {
            std::size_t const end = std::min(list.find(", "), list.size());
            all.emplace(list.substr(0, end));
            list.remove_prefix(std::min(end + 2, list.size()));
        }
        std::string result;
        for (auto const& each : all)
            (result += result.empty() ? "" : ", ") += each;
        return result;
    }
    // An answer without what differs by chance or is the connection's own.
    static std::string essence(http_reply const& reply)
    {
        std::string all = std::to_string(reply.status) + "\n";
        for (char const* const name :
            {"Content-Type", "Cache-Control", "Content-Encoding", "Set-Cookie", "Vary", "Access-Control-Allow-Origin",
                "Access-Control-Allow-Credentials", "Access-Control-Allow-Methods", "Access-Control-Allow-Headers",
                "Access-Control-Expose-Headers", "Access-Control-Max-Age", "Sec-WebSocket-Accept"})
            if (std::string const value = reply.header(name); !value.empty())
                all += std::string{name} + ": " + (name == std::string_view{"Vary"} ? sorted(value) : value) + "\n";
        all += "\n" + reply.body;
        if (std::string const sid = sid_in(reply.body); !sid.empty())
            for (std::size_t at = all.find(sid); at != std::string::npos; at = all.find(sid))
                all.replace(at, sid.size(), "SID");
        return all;
    }
    std::string ours_to(std::string_view request) { return essence(http_caller{context, io.port()}.ask(request)); }
    std::string theirs_to(std::string_view request) { return essence(http_caller{context, theirs.port()}.ask(request)); }

    npm_server theirs;
};

} // namespace support
