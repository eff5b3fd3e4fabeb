// The seam of the server: one Engine.IO session, as Socket.IO above it sees it, whatever carries it.
#pragma once

#include <socketio/core/bytes.hpp>
#include <socketio/net/http_message.hpp>
#include <socketio/net/strand.hpp>
#include <socketio/session/engine.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <system_error>

namespace socketio::detail {

// Whoever listens to a session. All calls come on its strand.
class engine_channel_owner {
public:
    engine_channel_owner() = default;
    engine_channel_owner(engine_channel_owner const&) = delete;
    engine_channel_owner& operator=(engine_channel_owner const&) = delete;

    // A message. It may be changed in place and is valid during the call. After a close() from inside a call nothing
    // more of the same batch comes. What is sent during a call leaves when the batch is done.
    virtual void on_text(std::span<char> message) = 0;
    virtual void on_binary(std::span<char> message) = 0;
    // All that was sent has been handed over.
    virtual void on_drained() = 0;
    // Another transport carries it from now on.
    virtual void on_upgraded() {}
    // Exactly once, and the last call: how the session ended, whoever ended it.
    virtual void on_closed(disconnect_reason reason, std::error_code why) = 0;
    // Instead of it when the context is destroyed: what owner and session hold of each other has to go. No strand is
    // left; it may come twice.
    virtual void context_gone() noexcept {}

protected:
    ~engine_channel_owner() = default;
};

// Members are for the session's strand unless it says "any thread".
class engine_channel {
public:
    engine_channel() = default;
    engine_channel(engine_channel const&) = delete;
    engine_channel& operator=(engine_channel const&) = delete;
    virtual ~engine_channel() = default;

    // Any thread; they do not change.
    virtual strand const& serial() const noexcept = 0;
    virtual std::string const& sid() const noexcept = 0;
    // The request that the session began with, without its body.
    virtual http_request const& request() const noexcept = 0;

    // To be called once, on the strand, by whoever is told of the new session; the owner is held until it was told of the end.
    virtual void attach(std::shared_ptr<engine_channel_owner> owner) = 0;

    // "polling" or "websocket". Any thread.
    virtual std::string_view transport() const noexcept = 0;
    // One message; nothing happens once the session is closed or closing. It gathers until flush(), or until the
    // batch of input that is being told has been told.
    virtual void send_text(std::string_view message, bool compress) = 0;
    virtual void send_binary(bytes_view message, bool compress) = 0;
    // The messages of one packet: all of them or, when it throws, none.
    virtual void send_packet(std::string_view text, std::span<bytes_view const> attachments, bool compress) = 0;
    virtual void flush() = 0;
    // Everything was handed over: to the operating system, or to a poll that waits for more.
    virtual bool is_writable() = 0;
    // Bytes that were not.
    virtual std::size_t unsent() = 0;

    // Ends the session: what was sent still goes, new input is not told. on_closed follows, not inside this call, with
    // `reason` and `why`.
    virtual void close(disconnect_reason reason, std::error_code why) = 0;
    // The same without sending what waits: for peers that do not read.
    virtual void abort(disconnect_reason reason, std::error_code why) = 0;
};

} // namespace socketio::detail
