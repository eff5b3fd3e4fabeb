// What a script is to scripted_server.hpp and scripted_client.hpp, and who plays it on one connection.
#pragma once

#include <socketio/codec/packet_decoder.hpp>
#include <socketio/core/function.hpp>
#include <socketio/net/byte_stream.hpp>
#include <socketio/net/installed_sources.hpp>
#include <socketio/testing/decl.hpp>
#include <socketio/testing/happening.hpp>
#include <socketio/testing/memory_connection.hpp>
#include <socketio/testing/timer.hpp>
#include <socketio/testing/wire_reader.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace socketio::detail {

// What the other side has said. A packet with attachments is whole.
struct heard_message {
    enum class kind : std::uint8_t { message, nonsense, end };

    kind type = kind::message;
    wire_message message{};
    testing::happening what{}; // its meaning, and what a packet has
    bool optional = false;     // not missed: a ping, a pong, a noop
};

class script_player;

struct script_step {
    std::size_t number = 0; // that of the call that has made it
    std::string what{};     // "expect event \"reading\" 21.5"
    // One of the four: says or does something; waits for a message; lets time pass; waits until all is written.
    std::function<void(script_player&)> act{};
    std::function<bool(script_player&, heard_message const&)> meets{};
    std::optional<std::chrono::nanoseconds> pause{};
    bool flushes = false;
    std::chrono::nanoseconds within{}; // of a step that waits
    bool lenient = false;              // what is not expected is skipped
    bool silent = false;               // pings in the pause are not answered
};

class script_player final : public std::enable_shared_from_this<script_player> {
public:
    using steps = std::vector<script_step>;

    // `name` precedes what is said about a failure.
    script_player(asio::io_context& on, bool is_client, std::string name, std::shared_ptr<steps const> script);

    void start(std::shared_ptr<byte_stream> over);
    void stop() noexcept;
    void fail(std::string const& why);
    bool done() const noexcept { return failure_.empty() && at_ == script_->size(); }
    // Empty: none so far.
    std::string const& failure() const noexcept { return failure_; }
    // "step 3 (expect event "x")", for a test that ends before the script.
    std::string place() const;

    // For steps.
    void raw(std::string bytes);
    void frame(unsigned first, std::string_view payload);
    void text(std::string_view message) { frame(0x81, message); }
    void event(std::string const& nsp, std::string const& name, array const& arguments, bool wants_ack);
    void acknowledge(array const& arguments);
    void control(packet_type type, std::string const& nsp, value const* data);
    void close() noexcept;
    void reset() noexcept;
    void half_close() noexcept;
    void upgrade_request(std::string const& target, std::string const& host, std::vector<http_header> const& headers);
    void upgrade_answer(http_head const& request, std::vector<std::pair<std::string, std::string>> const& headers);
    std::string random_sid();

    std::string key;                 // of the request for a WebSocket
    heard_message event_to_answer{}; // the last one that was expected
    bool event_expected = false;
    std::optional<std::uint64_t> sent_id; // of the last event that wants an acknowledgement
    std::optional<bool> masks;            // otherwise as the role wants it
    bool answers_pings;
    bool reads = true;

private:
    void proceed();
    bool take(script_step const& of);
    void await(script_step const& of);
    void pause(std::chrono::nanoseconds time);
    void fail_step(std::string const& came);
    void write();
    void read();
    void read_all(std::error_code ec);
    void hear(wire_message message);
    void hear_text(wire_message message);
    void hear_binary(wire_message message);
    void hear_packet(wire_message message, packet const& received);
    void push(wire_message message, std::string meaning, bool optional = false);
    void push_end(heard_message::kind kind, std::string meaning);

    bool const is_client_;
    std::string const name_;
    std::shared_ptr<steps const> const script_;
    sources const sources_;
    std::shared_ptr<byte_stream> stream_;
    std::size_t at_ = 0;
    testing::timer timer_;
    bool waits_ = false;  // timer_ runs
    bool passed_ = false; // the pause of this step is over
    std::string failure_;
    std::string unsent_, sending_;
    std::array<char, 4096> room_{};
    bool reading_ = false;
    bool gone_ = false; // the stream is closed here
    wire_reader reader_;
    packet_decoder packets_;
    std::optional<wire_message> incomplete_; // a packet whose attachments have not come
    std::deque<heard_message> heard_;
    std::uint64_t next_id_ = 0;
};

// What scripts of both sides have. Each function adds one step, and returns the script.
template <class Own>
class script_steps {
public:
    // ---- Events and acknowledgements, in the namespace of the last connect, or of in()

    Own& in(std::string nsp)
    {
        nsp_ = std::move(nsp);
        return own();
    }
    template <class... Args>
    Own& emit(std::string event, Args const&... arguments)
    {
        return emits(std::move(event), listed(arguments...), false);
    }
    template <class... Args>
    Own& emit_with_ack(std::string event, Args const&... arguments)
    {
        return emits(std::move(event), listed(arguments...), true);
    }
    // Waits for this event, with any arguments if none are given.
    template <class... Args>
    Own& expect(std::string event, Args const&... arguments)
    {
        return expects(std::move(event), sizeof...(Args) == 0 ? value{} : value{listed(arguments...)});
    }
    // Acknowledges the event that was expected last.
    template <class... Args>
    Own& reply(Args const&... arguments)
    {
        return act("reply", [all = listed(arguments...)](script_player& of) { of.acknowledge(all); });
    }
    // Waits for the acknowledgement of the last emit_with_ack(), with any arguments if none are given.
    template <class... Args>
    Own& expect_ack(Args const&... arguments)
    {
        return expects_ack(sizeof...(Args) == 0 ? value{} : value{listed(arguments...)});
    }
    // DISCONNECT of the namespace.
    Own& disconnect();
    Own& expect_disconnect();

    // ---- Messages, frames and bytes, right or wrong

    // One WebSocket message of text: a packet of Engine.IO, such as "42[\"hello\",1]".
    Own& text(std::string message);
    Own& binary(bytes_view message);
    // A frame with this first byte (0x81: the whole of a text), the right length and mask, and this payload.
    Own& frame(unsigned first, std::string payload);
    // Bytes as they are. A server's "{accept}" becomes the Sec-WebSocket-Accept that fits the request.
    Own& raw(std::string_view bytes);
    Own& close_frame(std::uint16_t code = 1000, std::string reason = {});
    // Waits for a text message that is this, and no more.
    Own& expect_text(std::string message);
    // Waits for a close frame. 0: with any code.
    Own& expect_close_frame(std::uint16_t code = 0);
    // From here on frames are masked, or not. Without it as the side has to.
    Own& masks(bool masked);

    // ---- The connection

    // Closes it, in order, when everything is written.
    Own& close();
    // The same, and the peer sees it reset.
    Own& reset();
    // Closes the direction to the peer. The other one stays.
    Own& half_close();
    // Reads nothing from here on.
    Own& deaf();
    // Waits until the peer has ended the connection, in order or not.
    Own& expect_end();

    // ---- Time

    // Lets so much time pass.
    Own& after(std::chrono::nanoseconds time) { return pauses(time, false); }
    // The same, and answers no ping in it.
    Own& silence(std::chrono::nanoseconds time) { return pauses(time, true); }
    // Steps from here on that wait have failed after so much time. 20 seconds at first.
    Own& within(std::chrono::nanoseconds time)
    {
        within_ = time;
        return own();
    }
    // Steps from here on that wait skip what they do not wait for. Otherwise that is a failure.
    Own& lenient(bool skips = true)
    {
        lenient_ = skips;
        return own();
    }

    std::shared_ptr<script_player::steps const> steps() const
    {
        return std::make_shared<script_player::steps const>(steps_);
    }

protected:
    script_steps() = default;

    using action = std::function<void(script_player&)>;
    using condition = std::function<bool(script_player&, heard_message const&)>;

    Own& own() noexcept { return static_cast<Own&>(*this); }
    Own& act(std::string what, action does) { return add({.what = std::move(what), .act = std::move(does)}); }
    Own& wait(std::string what, condition meets) { return add({.what = std::move(what), .meets = std::move(meets)}); }
    Own& add(script_step step)
    {
        step.number = ++calls_;
        append(std::move(step));
        return own();
    }
    // A second part of the step before.
    void append(script_step step)
    {
        step.number = calls_;
        step.within = within_;
        step.lenient = lenient_;
        steps_.push_back(std::move(step));
    }
    Own& act_when_written(std::string what, action does)
    {
        add({.what = what, .flushes = true});
        append({.what = std::move(what), .act = std::move(does)});
        return own();
    }
    std::string const& nsp() const noexcept { return nsp_; }
    void set_nsp(std::string nsp) { nsp_ = std::move(nsp); }

private:
    template <class... Args>
    static array listed(Args const&... arguments)
    {
        array made;
        (made.push_back(value(arguments)), ...);
        return made;
    }
    Own& pauses(std::chrono::nanoseconds time, bool silent)
    {
        return add({.what = silent ? "silence" : "after", .pause = time, .silent = silent});
    }
    Own& emits(std::string event, array arguments, bool wants_ack);
    Own& expects(std::string event, value arguments);
    Own& expects_ack(value arguments);

    script_player::steps steps_;
    std::size_t calls_ = 0;
    std::string nsp_ = "/";
    std::chrono::nanoseconds within_ = std::chrono::seconds{20};
    bool lenient_ = false;
};

// Conditions, which depend on no side.
SOCKETIO_TESTING_DECL std::string described_event(std::string_view before, std::string const& event,
    value const& arguments, std::string const& nsp);
SOCKETIO_TESTING_DECL bool is_event(heard_message const& heard, std::string const& nsp, std::string const& event,
    value const& arguments);
SOCKETIO_TESTING_DECL bool is_packet(heard_message const& heard, packet_type type, std::string const& nsp);
SOCKETIO_TESTING_DECL bool is_text(heard_message const& heard, std::string_view message);
SOCKETIO_TESTING_DECL bool is_close_frame(heard_message const& heard, std::uint16_t code);

template <class Own>
Own& script_steps<Own>::emits(std::string event, array arguments, bool wants_ack)
{
    auto what = described_event(wants_ack ? "emit with ack" : "emit", event, arguments, nsp_);
    return act(std::move(what), [=, nsp = nsp_](script_player& of) { of.event(nsp, event, arguments, wants_ack); });
}

template <class Own>
Own& script_steps<Own>::expects(std::string event, value arguments)
{
    auto what = described_event("expect event", event, arguments, nsp_);
    return wait(std::move(what), [=, nsp = nsp_](script_player& of, heard_message const& heard) {
        if (!is_event(heard, nsp, event, arguments))
            return false;
        of.event_to_answer = heard;
        of.event_expected = true;
        return true;
    });
}

template <class Own>
Own& script_steps<Own>::expects_ack(value arguments)
{
    return wait("expect ack", [=, nsp = nsp_](script_player& of, heard_message const& heard) {
        bool const is_ack = is_packet(heard, packet_type::ack, nsp) || is_packet(heard, packet_type::binary_ack, nsp);
        return is_ack && heard.what.id == of.sent_id &&
               (arguments.type() == value_type::null || heard.what.data == arguments);
    });
}

template <class Own>
Own& script_steps<Own>::disconnect()
{
    return act("disconnect", [nsp = nsp_](script_player& of) { of.control(packet_type::disconnect, nsp, nullptr); });
}

template <class Own>
Own& script_steps<Own>::expect_disconnect()
{
    return wait("expect disconnect", [nsp = nsp_](script_player&, heard_message const& heard) {
        return is_packet(heard, packet_type::disconnect, nsp);
    });
}

template <class Own>
Own& script_steps<Own>::text(std::string message)
{
    return act("text", [message = std::move(message)](script_player& of) { of.text(message); });
}

template <class Own>
Own& script_steps<Own>::binary(bytes_view message)
{
    return act("binary", [copy = std::string{as_text(message)}](script_player& of) { of.frame(0x82, copy); });
}

template <class Own>
Own& script_steps<Own>::frame(unsigned first, std::string payload)
{
    return act("frame", [first, payload = std::move(payload)](script_player& of) { of.frame(first, payload); });
}

template <class Own>
Own& script_steps<Own>::raw(std::string_view bytes)
{
    return act("raw", [copy = std::string{bytes}](script_player& of) { of.raw(copy); });
}

template <class Own>
Own& script_steps<Own>::close_frame(std::uint16_t code, std::string reason)
{
    return act("close frame", [payload = close_payload(code, reason)](script_player& of) { of.frame(0x88, payload); });
}

template <class Own>
Own& script_steps<Own>::expect_text(std::string message)
{
    auto what = "expect text " + value{message}.to_json();
    return wait(std::move(what),
        [message = std::move(message)](script_player&, heard_message const& heard) { return is_text(heard, message); });
}

template <class Own>
Own& script_steps<Own>::expect_close_frame(std::uint16_t code)
{
    return wait(code == 0 ? "expect close frame" : "expect close frame " + std::to_string(code),
        [code](script_player&, heard_message const& heard) { return is_close_frame(heard, code); });
}

template <class Own>
Own& script_steps<Own>::masks(bool masked)
{
    return act("masks", [masked](script_player& of) { of.masks = masked; });
}

template <class Own>
Own& script_steps<Own>::close()
{
    return act_when_written("close", [](script_player& of) { of.close(); });
}

template <class Own>
Own& script_steps<Own>::reset()
{
    return act_when_written("reset", [](script_player& of) { of.reset(); });
}

template <class Own>
Own& script_steps<Own>::half_close()
{
    return act_when_written("half close", [](script_player& of) { of.half_close(); });
}

template <class Own>
Own& script_steps<Own>::deaf()
{
    return act("deaf", [](script_player& of) { of.reads = false; });
}

template <class Own>
Own& script_steps<Own>::expect_end()
{
    return wait("expect the end of the connection",
        [](script_player&, heard_message const& heard) { return heard.type == heard_message::kind::end; });
}

} // namespace socketio::detail

#if defined(SOCKETIO_TESTING_HEADER_ONLY)
#include <socketio/testing/impl/script_player.ipp>
#endif
