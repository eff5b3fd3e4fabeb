// Questions to a peer while the test's io_context runs.
#pragma once

#include "peer.hpp"
#include "quoted.hpp"
#include "run_until.hpp"

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace support {

// Asks a peer while the context runs: for answers that come only after the client did something.
inline std::string ask(asio::io_context& context, peer& other, std::string_view json,
    steady::duration within = patience)
{
    other.command(json);
    std::optional<std::string> answer;
    if (!run_until(context, [&] { return (answer = other.reply()).has_value(); }, within))
        throw std::runtime_error("no answer in time to " + std::string(json));
    return std::move(*answer);
}

// Waits for the `count`th entry of a kind in the peer's log and gives one member of it.
inline std::string await_entry(asio::io_context& context, peer& other, std::string_view what, std::string_view member,
    int count = 1)
{
    return ask(context, other,
        R"({"do":"wait","what":)" + quoted(what) + R"(,"pick":)" + quoted(member) + R"(,"count":)" +
            std::to_string(count) + "}");
}

} // namespace support
