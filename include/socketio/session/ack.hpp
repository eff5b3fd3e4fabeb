// The answer to an event that came with an acknowledgement id.
#pragma once

#include <socketio/codec/packet_encoder.hpp>
#include <socketio/core/bytes.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace socketio {
namespace detail {

// Sends answers: takes an encoded packet from any thread.
class ack_target {
public:
    ack_target() = default;
    ack_target(ack_target const&) = delete;
    ack_target& operator=(ack_target const&) = delete;
    virtual ~ack_target() = default;
    // `epoch` names the connection on which the request arrived. An answer on a later connection is dropped.
    virtual void send_ack(std::string_view text, std::span<bytes_view const> attachments, std::uint64_t epoch) = 0;
    // The last copy of an unused ack was destroyed: the peer will not get an answer.
    virtual void ack_dropped(std::uint64_t id) = 0;
};

class ack_state {
public:
    // The target keeps the parser; null: JSON.
    ack_state(std::weak_ptr<ack_target> target, packet_parser const* parser, std::string nsp, std::uint64_t id,
              std::uint64_t epoch)
        : target_{std::move(target)}, parser_{parser}, nsp_{std::move(nsp)}, id_{id}, epoch_{epoch}
    {
    }
    ack_state(ack_state const&) = delete;
    ack_state& operator=(ack_state const&) = delete;
    ~ack_state();

    void answer(write_arguments_ref arguments);

private:
    std::weak_ptr<ack_target> target_;
    packet_parser const* parser_;
    std::string nsp_;
    std::uint64_t id_;
    std::uint64_t epoch_;
    std::atomic<bool> used_{false};
};

} // namespace detail

// The trailing parameter of a listener whose event requests an acknowledgement. It can be copied, stored and
// called later, from any thread. The first call sends the answer; later calls have no effect. Empty, so that a
// call has no effect, when the peer requested no acknowledgement. A call that throws, because an argument cannot be
// written, has not answered.
class ack {
public:
    ack() = default;
    explicit ack(std::shared_ptr<detail::ack_state> state) noexcept : state_{std::move(state)} {}

    explicit operator bool() const noexcept { return state_ != nullptr; }

    template <class... Args>
    void operator()(Args const&... arguments) const
    {
        static_assert((detail::sendable<Args> && ...),
                      "an argument has a type that cannot be sent: give it SOCKETIO_FIELDS or a socketio::convert, see "
                      "socketio/core/convert.hpp");
        if (state_)
            state_->answer([&](json_writer& json) { (detail::write_argument(json, arguments), ...); });
    }

private:
    std::shared_ptr<detail::ack_state> state_;
};

} // namespace socketio

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/session/impl/ack.ipp>
#endif
