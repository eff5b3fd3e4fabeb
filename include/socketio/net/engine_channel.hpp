// The seam between Socket.IO and the transports: one connection that carries Engine.IO messages, of either role.
// Nothing above it asks which transport it is. A transport is one class that derives from it.
#pragma once

#include <socketio/core/bytes.hpp>
#include <socketio/core/clock.hpp>
#include <socketio/core/scope.hpp>
#include <socketio/net/connection_owner.hpp>
#include <socketio/session/base64_packet.hpp>
#include <socketio/session/engine.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace socketio::detail {

class engine_channel_owner : public connection_owner {
public:
    // A message, inside receive(). It may be changed in place, and is valid during the call.
    virtual void on_text(std::span<char> message) = 0;
    virtual void on_binary(std::span<char> message) = 0;

protected:
    ~engine_channel_owner() = default;
};

// A copy of a channel's counts, and the time of its next tick.
struct channel_status {
    std::uint64_t bytes_received = 0;
    std::uint64_t bytes_sent = 0;
    std::uint64_t requests = 0; // of HTTP
    std::size_t unsent = 0; // bytes that have not been handed over yet
    clock::time_point deadline = clock::never();
    std::optional<clock::duration> round_trip{};
    bool compressed = false;
};

// All members are for the strand.
class engine_channel {
public:
    engine_channel(engine_channel const&) = delete;
    engine_channel& operator=(engine_channel const&) = delete;
    virtual ~engine_channel() = default;

    // The reference's name of it.
    virtual std::string_view transport() const noexcept = 0;

    // Takes the input: calls `to` with each message, up to the first other event, and returns that; `none` if nothing
    // is left. After a close() inside a call no message follows. The caller holds the channel meanwhile.
    virtual engine_event receive(clock::time_point now, engine_channel_owner& to) = 0;
    // Called after a turn: sends the output, and waits for more input.
    virtual channel_status settle() = 0;
    virtual channel_status status() const noexcept = 0;

    // The time of the next tick(); never() if there is none.
    virtual clock::time_point deadline() const noexcept = 0;
    // Time has passed: may return `closed`.
    virtual engine_event tick(clock::time_point now) = 0;
    // The heartbeat's deadline has passed. The timer may not have noticed it yet: after a suspend, say.
    bool expired(clock::time_point now) noexcept { return parts_.pulse->expired(now); }
    // The session has moved here: its heartbeat goes on.
    void take_pulse(engine_channel const& from) noexcept { *parts_.pulse = *from.parts_.pulse; }

    // A message that is written in place: begin, append to output(), then end or abandon. In between nothing else of
    // this is called but message_size().
    struct message {
        std::size_t start;
        bool compress = true; // if compression was agreed on, and the message is worth it
        bool answer = false;  // the peer has asked for it: see unread_answers()
        bool binary = false;  // otherwise it is text
    };
    message begin_message(bool compress = true, bool binary = false)
    {
        message const begun{parts_.output->size(), compress, false, binary};
        if (binary) {
            parts_.output->prepare(parts_.header);
            parts_.output->commit(parts_.header);
            return begun;
        }
        *(parts_.output->prepare(parts_.header + 1) + parts_.header) = '4';
        parts_.output->commit(parts_.header + 1);
        return begun;
    }
    byte_buffer& output() noexcept { return *parts_.output; }
    byte_buffer const& output() const noexcept { return *parts_.output; }
    // Of a text, with the Engine.IO packet type.
    std::size_t message_size(message const& of) const noexcept
    {
        return parts_.output->size() - of.start - parts_.header;
    }
    void abandon(message const& of) noexcept { parts_.output->truncate(of.start); }
    // Ends the message, and sends its attachments: all of them or, when it throws, nothing. Drops them after a close().
    void end(message const& of, std::span<bytes_view const> attachments)
    {
        if (of.binary)
            end_binary(of);
        else
            end_message(of, attachments);
    }
    virtual void end_message(message const& of, std::span<bytes_view const> attachments) = 0;
    // The same of a binary message, which has no attachments. Here it is copied; a transport with binary messages does
    // without.
    SOCKETIO_DECL virtual void end_binary(message const& of);

    // The messages of one packet: all of them or, when it throws, none. `binary`: it is one binary message.
    void send_packet(std::string_view packet, std::span<bytes_view const> attachments, bool compress = true,
                     bool binary = false)
    {
        if (binary)
            send_binary(as_bytes(packet), compress);
        else
            end_packet(begin_message(compress), packet, attachments);
    }
    // The same for an answer that the peer has asked for.
    void send_answer(std::string_view text, std::span<bytes_view const> attachments, bool binary = false)
    {
        auto at = begin_message(true, binary);
        at.answer = true;
        end_packet(at, text, attachments);
    }
    virtual void send_binary(bytes_view message, bool compress = true) = 0;

    // Returns whether the peer accepts messages of these sizes; `text` as message_size() counts.
    bool fits(std::size_t text, std::span<bytes_view const> attachments) const noexcept
    {
        std::uint64_t const most = parts_.settings->max_payload;
        return most == 0 || (text <= most && std::all_of(attachments.begin(), attachments.end(),
                                                 [&](bytes_view each) { return binary_fits(each.size()); }));
    }
    // The same for a binary message.
    bool binary_fits(std::size_t size) const noexcept
    {
        std::uint64_t const most = parts_.settings->max_payload;
        return most == 0 || (parts_.binary_as_text ? base64_packet_size(size) : size) <= most;
    }
    // The same for a message that is being written.
    bool fits(message const& of, std::span<bytes_view const> attachments) const noexcept
    {
        return of.binary ? binary_fits(message_size(of)) : fits(message_size(of), attachments);
    }
    // All output has been handed over: to the operating system, or to a poll that waits for more.
    virtual bool is_writable() = 0;
    // Bytes that have not been handed over; and those of them that are answers.
    virtual std::size_t unsent() const noexcept = 0;
    virtual std::size_t unread_answers() const noexcept = 0;

    // Ends the connection from this side, and calls the owner no more. The output is still sent, within close_timeout.
    virtual void close() noexcept = 0;
    // The same, but drops the output: for peers that do not read.
    virtual void abort() noexcept = 0;

protected:
    // The parts of every transport. They live as long as the channel.
    struct parts {
        byte_buffer* output;
        heartbeat* pulse;
        engine_settings const* settings; // the server's: received from the peer, or this side's own
        std::size_t header;              // bytes of room in front of a message
        bool binary_as_text = false;     // binary data leaves as base64, and its size counts so
    };

    engine_channel() = default;
    // Called in the constructor.
    void consist_of(parts const& of) noexcept { parts_ = of; }

private:
    void end_packet(message const& of, std::string_view text, std::span<bytes_view const> attachments)
    {
        scope_fail undo{[&] { abandon(of); }};
        output().append(text);
        end(of, attachments);
        undo.done();
    }

    parts parts_{};
};

} // namespace socketio::detail

#if defined(SOCKETIO_HEADER_ONLY)
#include <socketio/net/impl/engine_channel.ipp>
#endif
