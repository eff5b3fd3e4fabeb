#pragma once

#include <socketio/core/scope.hpp>
#include <socketio/net/polling_channel_base.hpp>

namespace socketio::detail {

SOCKETIO_DECL void polling_channel_base::end_message(message const& of, std::span<bytes_view const> attachments)
{
    scope_fail undo{[&] { abandon(of); }};
    if (!owner_)
        return; // which drops it
    if (of.binary)
        make_base64_packet(output(), of.start);
    polling_.end_message(of.compress);
    for (bytes_view const each : attachments)
        polling_.send_binary(each, of.compress);
    undo.done();
    if (of.answer)
        answers_ += output().size() - of.start;
}

SOCKETIO_DECL void polling_channel_base::send_binary(bytes_view data, bool compress)
{
    if (owner_)
        polling_.send_binary(data, compress);
}

SOCKETIO_DECL void polling_channel_base::send_over(engine_channel& to)
{
    polling_.hand_over([&](std::string_view text) { to.send_packet(text, {}); },
        [&](bytes_view data) { to.send_binary(data); });
}

} // namespace socketio::detail
