// Plays one row of a table: a server misbehaves, and what the client makes of it is checked. Knows no Asio, so that
// the tables compile quickly.
#pragma once

#include "support/misbehaviour.hpp"

#include <socketio/client/options.hpp>
#include <socketio/core/error.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace hostile {

using socketio::error;
using support::misbehaviour;
using support::plain_open;
using support::ws_frame;
using support::ws_switching;
using support::ws_text;

// What the program is told of a connection, and what follows.
struct outcome {
    std::string told; // "connect_error", or "disconnect: " and the reason
    std::error_code code{};
    std::string words{};              // a part of the message, or of the details' description
    int http_status = 0;              // of connect_error
    std::uint16_t websocket_code = 0; // of disconnect
    int times = 1;                    // so often
    bool returns = true;              // the client comes back by itself, to a server that behaves
    std::string heard{};              // what listeners were told before, as "one | two"
    bool cut = false;                 // the client did not wait for the end of a flood
    std::size_t heap = 1024 * 1024;   // bytes held at most beside what was held before
};

inline outcome refused(std::error_code code, std::string words = {}, int http_status = 0)
{
    return {.told = "connect_error", .code = code, .words = std::move(words), .http_status = http_status};
}
inline outcome lost(std::string const& reason, std::error_code code, std::string words = {},
    std::uint16_t websocket_code = 0)
{
    return {.told = "disconnect: " + reason, .code = code, .words = std::move(words), .websocket_code = websocket_code};
}
inline outcome broken(std::error_code code)
{
    return lost("transport error", code, code.message());
}
inline outcome unparsed(std::error_code code)
{
    return lost("parse error", code, code.message());
}
inline outcome hearing(std::string heard, outcome of)
{
    of.heard = std::move(heard);
    return of;
}
// Not an offence, however odd: the listeners hear this, and then the server leaves.
inline outcome fine(std::string heard)
{
    return hearing(std::move(heard), lost("transport close", error::closed));
}
// The client does not come back before it is told to.
inline outcome for_good(outcome of)
{
    of.returns = false;
    return of;
}
inline outcome costing(std::size_t heap, outcome of)
{
    of.heap = heap;
    return of;
}
inline outcome cutting(outcome of)
{
    of.cut = true;
    return of;
}

// As the operating system says it.
std::error_code connection_reset();

inline std::string repeated(std::string_view what, std::size_t times)
{
    std::string all;
    all.reserve(what.size() * times);
    for (; times != 0; --times)
        all += what;
    return all;
}

inline outcome bad_payload()
{
    return unparsed(error::packet_invalid_payload);
}
inline outcome bad_attachments()
{
    return unparsed(error::packet_illegal_attachments);
}

// An answer to the upgrade's request: headers, and then nothing, or a body.
inline misbehaviour status(std::string const& line, std::string const& rest = "Content-Length: 0\r\n\r\n")
{
    return misbehaviour{}.head().send("HTTP/1.1 " + line + "\r\n" + rest);
}
inline misbehaviour welcomed()
{
    return misbehaviour{}.welcome();
}
inline misbehaviour says(std::string_view packet)
{
    return welcomed().text(packet);
}
// An event that arrives, and the end.
inline misbehaviour ends(misbehaviour script)
{
    return script.text(R"(42["end"])").half_close();
}

// The options that rows start from: nothing takes long.
socketio::options brief(socketio::options from = {});

// One row, as a SUBCASE of that name. The socket has listeners for any event (noted by name and arguments), for
// "typed" (int, std::string), and for "ask", which answers. An emit waits for an answer from the start: it must be told
// one, or that there is none, exactly once.
void row(std::string const& name, misbehaviour const& script, outcome const& expected, socketio::options settings = brief());

} // namespace hostile
