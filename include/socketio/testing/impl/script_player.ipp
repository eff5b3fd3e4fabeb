// Plays step by step, and hears what comes in the meantime.
#pragma once

#include <socketio/codec/engine_packet.hpp>
#include <socketio/codec/packet_encoder.hpp>
#include <socketio/core/joined.hpp>
#include <socketio/session/base64_packet.hpp>
#include <socketio/testing/describe.hpp>
#include <socketio/testing/script_player.hpp>
#include <socketio/testing/wiretap.hpp>
#include <socketio/wire/http_request.hpp>
#include <socketio/wire/websocket_handshake.hpp>

#include <utility>

namespace socketio::detail {

SOCKETIO_TESTING_DECL script_player::script_player(asio::io_context& on, bool is_client, std::string name,
    std::shared_ptr<steps const> script)
    : answers_pings{is_client},
      is_client_{is_client},
      name_{std::move(name)},
      script_{std::move(script)},
      sources_{sources_of(asio::any_io_executor{on.get_executor()})},
      timer_{on},
      reader_{!is_client},
      packets_{{.attachments = 100'000}}
{}

SOCKETIO_TESTING_DECL void script_player::start(std::shared_ptr<byte_stream> over)
{
    stream_ = std::move(over);
    read();
    proceed();
}

SOCKETIO_TESTING_DECL void script_player::stop() noexcept
{
    timer_.cancel();
    close();
}

SOCKETIO_TESTING_DECL std::string script_player::place() const
{
    if (at_ == script_->size())
        return name_ + ", behind the last step";
    auto const& step = (*script_)[at_];
    return joined({name_, ", step ", std::to_string(step.number), " (", step.what, ")"});
}

SOCKETIO_TESTING_DECL void script_player::fail(std::string const& why)
{
    if (failure_.empty())
        failure_ = joined({place(), ": ", why});
    waits_ = false;
    timer_.cancel();
}

SOCKETIO_TESTING_DECL void script_player::proceed()
{
    while (at_ < script_->size() && failure_.empty()) {
        auto const& step = (*script_)[at_];
        if (step.flushes) {
            if (!sending_.empty())
                return;
        } else if (step.pause) {
            if (!std::exchange(passed_, false)) {
                pause(*step.pause);
                return;
            }
        } else if (step.meets) {
            if (!take(step)) {
                if (failure_.empty())
                    await(step);
                return;
            }
            if (std::exchange(waits_, false))
                timer_.cancel();
        } else {
            step.act(*this);
            if (!failure_.empty())
                return;
        }
        ++at_;
    }
}

SOCKETIO_TESTING_DECL bool script_player::take(script_step const& of)
{
    while (!heard_.empty()) {
        auto const heard = std::move(heard_.front());
        heard_.pop_front();
        if (of.meets(*this, heard))
            return true;
        if (!failure_.empty())
            return false;
        if (!heard.optional && (!of.lenient || heard.type != heard_message::kind::message)) {
            fail(joined({"came ", heard.what.meaning}));
            return false;
        }
    }
    return false;
}

SOCKETIO_TESTING_DECL void script_player::await(script_step const& of)
{
    if (std::exchange(waits_, true))
        return;
    timer_.expires_at(deadline_after(timer_.now(), of.within));
    timer_.async_wait([weak = weak_from_this(), at = at_](std::error_code ec) {
        auto const self = weak.lock();
        if (!ec && self && self->waits_ && self->at_ == at)
            self->fail("nothing came");
    });
}

SOCKETIO_TESTING_DECL void script_player::pause(std::chrono::nanoseconds time)
{
    if (std::exchange(waits_, true))
        return;
    timer_.expires_at(deadline_after(timer_.now(), time));
    timer_.async_wait([weak = weak_from_this()](std::error_code ec) {
        auto const self = weak.lock();
        if (ec || !self)
            return;
        self->waits_ = false;
        self->passed_ = true;
        self->proceed();
    });
}

SOCKETIO_TESTING_DECL void script_player::raw(std::string bytes)
{
    constexpr std::string_view accept = "{accept}";
    if (auto const at = bytes.find(accept); at != std::string::npos && !is_client_)
        bytes.replace(at, accept.size(), websocket_accept(key));
    if (!is_client_ && bytes.starts_with("HTTP/1.1 101"))
        reader_.upgrade();
    if (gone_)
        return;
    unsent_ += bytes;
    if (sending_.empty())
        write();
}

SOCKETIO_TESTING_DECL void script_player::write()
{
    sending_ = std::exchange(unsent_, {});
    if (sending_.empty() || gone_)
        return;
    stream_->async_write(asio::buffer(sending_), [self = shared_from_this()](std::error_code ec, std::size_t) {
        self->sending_.clear();
        if (ec)
            self->unsent_.clear();
        self->write();
        self->proceed();
    });
}

SOCKETIO_TESTING_DECL void script_player::frame(unsigned first, std::string_view payload)
{
    std::optional<std::uint32_t> mask;
    if (masks.value_or(is_client_)) {
        mask = 0;
        sources_.fill_random({reinterpret_cast<unsigned char*>(&*mask), sizeof *mask});
    }
    raw(frame_of(first, payload, mask));
}

SOCKETIO_TESTING_DECL void script_player::event(std::string const& nsp, std::string const& name, array const& arguments,
    bool wants_ack)
{
    if (wants_ack)
        sent_id = next_id_++;
    byte_buffer to;
    std::vector<bytes_view> attachments;
    to.push_back('4');
    encode_event(nullptr, to, attachments, nsp, wants_ack ? sent_id : std::nullopt, name, spread(arguments));
    text(to.view());
    for (auto const& each : attachments)
        frame(0x82, as_text(each));
}

SOCKETIO_TESTING_DECL void script_player::acknowledge(array const& arguments)
{
    if (!event_expected || !event_to_answer.what.id) {
        fail(event_expected ? "the event wants no acknowledgement" : "no event was expected before");
        return;
    }
    byte_buffer to;
    std::vector<bytes_view> attachments;
    to.push_back('4');
    encode_ack(nullptr, to, attachments, event_to_answer.what.nsp, *event_to_answer.what.id, spread(arguments));
    text(to.view());
    for (auto const& each : attachments)
        frame(0x82, as_text(each));
}

SOCKETIO_TESTING_DECL void script_player::control(packet_type type, std::string const& nsp, value const* data)
{
    byte_buffer to;
    to.push_back('4');
    if (auto const ec = encode_control(nullptr, to, type, nsp, data))
        fail(ec.message());
    text(to.view());
}

SOCKETIO_TESTING_DECL void script_player::close() noexcept
{
    if (!std::exchange(gone_, true) && stream_)
        stream_->close();
}

// Streams of a world are those of its network.
SOCKETIO_TESTING_DECL void script_player::reset() noexcept
{
    if (!std::exchange(gone_, true))
        std::static_pointer_cast<memory_stream>(stream_)->reset();
}

SOCKETIO_TESTING_DECL void script_player::half_close() noexcept
{
    if (!gone_)
        stream_->shutdown_send();
}

SOCKETIO_TESTING_DECL void script_player::upgrade_request(std::string const& target, std::string const& host,
    std::vector<http_header> const& headers)
{
    unsigned char random[16];
    sources_.fill_random(random);
    key = make_websocket_key(std::span<unsigned char const, 16>{random});
    byte_buffer to;
    write_upgrade_request(to, {.target = target, .host = host, .key = key, .headers = headers});
    raw(std::string{to.view()});
}

SOCKETIO_TESTING_DECL void script_player::upgrade_answer(http_head const& request,
    std::vector<std::pair<std::string, std::string>> const& headers)
{
    std::string asked;
    if (check_upgrade_request(request, asked)) {
        fail("the request asks for no WebSocket: " + request.method + " " + describe_target(request.target, {}));
        return;
    }
    byte_buffer to;
    write_upgrade_response(to, asked, {}, std::nullopt, headers);
    raw(std::string{to.view()});
}

SOCKETIO_TESTING_DECL std::string script_player::random_sid()
{
    std::array<unsigned char, 8> random{};
    sources_.fill_random(random);
    std::string made;
    for (unsigned char const each : random)
        made += {"0123456789abcdef"[each >> 4], "0123456789abcdef"[each & 15]};
    return made;
}

SOCKETIO_TESTING_DECL void script_player::read()
{
    if (gone_ || std::exchange(reading_, true))
        return;
    stream_->async_read_some(asio::buffer(room_), [self = shared_from_this()](std::error_code ec, std::size_t count) {
        self->reading_ = false;
        if (self->gone_)
            return;
        self->reader_.feed({self->room_.data(), count});
        self->read_all(ec);
        if (!ec && self->reads)
            self->read();
        self->proceed();
    });
}

SOCKETIO_TESTING_DECL void script_player::read_all(std::error_code ec)
{
    if (ec)
        reader_.end();
    std::error_code wrong;
    while (auto message = reader_.next(wrong)) {
        hear(std::move(*message));
        proceed(); // an answer changes how the rest is read
    }
    if (wrong)
        push_end(heard_message::kind::nonsense, "what cannot be read: " + wrong.message());
    if (ec)
        push_end(heard_message::kind::end,
            ec == asio_error(asio::error::eof) ? "the end of the connection" : "the end of the connection, reset");
}

SOCKETIO_TESTING_DECL void script_player::push(wire_message message, std::string meaning, bool optional)
{
    heard_message made;
    made.message = std::move(message);
    made.what.meaning = std::move(meaning);
    made.optional = optional;
    heard_.push_back(std::move(made));
}

SOCKETIO_TESTING_DECL void script_player::push_end(heard_message::kind kind, std::string meaning)
{
    push({}, std::move(meaning));
    heard_.back().type = kind;
}

SOCKETIO_TESTING_DECL void script_player::hear(wire_message message)
{
    auto const& head = message.head;
    switch (message.type) {
    case wire_message::kind::request: {
        auto meaning = joined({head.method, " ", describe_target(head.target, testing::default_secret_names())});
        key = head.find("Sec-WebSocket-Key");
        push(std::move(message), std::move(meaning));
        break;
    }
    case wire_message::kind::answer: {
        auto meaning = joined({"the answer ", std::to_string(head.status), " ", head.reason});
        push(std::move(message), std::move(meaning));
        break;
    }
    case wire_message::kind::text: hear_text(std::move(message)); break;
    case wire_message::kind::binary: hear_binary(std::move(message)); break;
    case wire_message::kind::close: {
        auto meaning = describe_close(message.payload);
        push(std::move(message), std::move(meaning));
        break;
    }
    case wire_message::kind::ping: push(std::move(message), "WebSocket ping", true); break;
    case wire_message::kind::pong: push(std::move(message), "WebSocket pong", true); break;
    }
}

SOCKETIO_TESTING_DECL void script_player::hear_text(wire_message message)
{
    std::string copy = message.payload;
    engine_packet outer;
    packet received;
    std::error_code ec;
    if (read_engine_packet(copy, outer)) {
        push(std::move(message), "text " + describe(value{copy}));
    } else if (outer.type != engine_packet_type::message) {
        bool const may_miss = outer.type == engine_packet_type::ping || outer.type == engine_packet_type::pong ||
                              outer.type == engine_packet_type::noop;
        bool const in_silence = at_ < script_->size() && (*script_)[at_].silent;
        if (outer.type == engine_packet_type::ping && answers_pings && !in_silence)
            text("3" + copy.substr(1));
        push(std::move(message), describe_engine_packet(copy, testing::default_secret_names()), may_miss);
    } else if (packets_.text(outer.data, received, ec)) {
        hear_packet(std::move(message), received);
    } else if (ec) {
        push(std::move(message), joined({"no packet (", ec.message(), "): ", describe(value{copy})}));
    } else {
        incomplete_ = std::move(message);
    }
}

SOCKETIO_TESTING_DECL void script_player::hear_binary(wire_message message)
{
    std::string copy = message.payload;
    packet received;
    std::error_code ec;
    if (packets_.binary(copy, received, ec)) {
        hear_packet(incomplete_ ? std::move(*incomplete_) : std::move(message), received);
        incomplete_.reset();
    } else if (ec) {
        push(std::move(message), joined({"a binary message of ", std::to_string(copy.size()), " bytes"}));
    }
}

SOCKETIO_TESTING_DECL void script_player::hear_packet(wire_message message, packet const& received)
{
    auto what = describe_packet(received, testing::default_secret_names());
    push(std::move(message), {});
    heard_.back().what = std::move(what);
}

SOCKETIO_TESTING_DECL std::string described_event(std::string_view before, std::string const& event,
    value const& arguments, std::string const& nsp)
{
    auto const shown = arguments.type() == value_type::null
                           ? std::string{}
                           : describe_arguments(arguments, testing::default_secret_names());
    return joined({before, " ", value{event}.to_json(), shown.empty() ? "" : " ", shown,
        is_root(nsp) ? std::string_view{} : std::string_view{" in "}, is_root(nsp) ? std::string_view{} : nsp});
}

SOCKETIO_TESTING_DECL bool is_event(heard_message const& heard, std::string const& nsp, std::string const& event,
    value const& arguments)
{
    return (is_packet(heard, packet_type::event, nsp) || is_packet(heard, packet_type::binary_event, nsp)) &&
           heard.what.event == event && (arguments.type() == value_type::null || heard.what.data == arguments);
}

SOCKETIO_TESTING_DECL bool is_packet(heard_message const& heard, packet_type type, std::string const& nsp)
{
    return heard.type == heard_message::kind::message && heard.what.type == type && heard.what.nsp == nsp;
}

SOCKETIO_TESTING_DECL bool is_text(heard_message const& heard, std::string_view message)
{
    return heard.type == heard_message::kind::message && heard.message.type == wire_message::kind::text &&
           heard.message.payload == message;
}

SOCKETIO_TESTING_DECL bool is_close_frame(heard_message const& heard, std::uint16_t code)
{
    auto const& payload = heard.message.payload;
    return heard.type == heard_message::kind::message && heard.message.type == wire_message::kind::close &&
           (code == 0 || payload.starts_with(close_payload(code, {})));
}

} // namespace socketio::detail
