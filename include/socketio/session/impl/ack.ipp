#pragma once

#include <socketio/core/scope.hpp>
#include <socketio/session/ack.hpp>

#include <array>

namespace socketio::detail {

SOCKETIO_DECL ack_state::~ack_state()
{
    if (!used_.load(std::memory_order_acquire))
        if (auto const target = target_.lock())
            target->ack_dropped(id_);
}

SOCKETIO_DECL void ack_state::answer(write_arguments_ref arguments)
{
    if (used_.exchange(true, std::memory_order_acq_rel))
        return;
    auto const target = target_.lock();
    if (!target)
        return;
    std::array<char, 1024> room; // enough for most answers
    byte_buffer text{room};
    std::vector<bytes_view> attachments;
    scope_fail again{[this] { used_.store(false, std::memory_order_release); }};
    encode_ack_with(parser_, text, attachments, nsp_, id_, arguments);
    target->send_ack(text.view(), attachments, epoch_);
    again.done();
}

} // namespace socketio::detail
