// Listens to streams as they are read and written.
#pragma once

#include <socketio/core/joined.hpp>
#include <socketio/core/sources.hpp>
#include <socketio/net/asio.hpp>
#include <socketio/net/installed_sources.hpp>
#include <socketio/testing/failure.hpp>
#include <socketio/testing/recorded_line.hpp>
#include <socketio/testing/recorder.hpp>
#include <socketio/testing/wire_reader.hpp>

#include <algorithm>
#include <deque>
#include <fstream>
#include <mutex>
#include <utility>

namespace socketio::detail {

// The file of a recorder. Streams are called on several threads.
class recorder_state {
public:
    recorder_state(asio::any_io_executor const& on, std::unique_ptr<std::ostream> own, std::ostream* to,
        testing::secret_names secrets)
        : executor{on},
          secrets_{std::move(secrets)},
          own_{std::move(own)},
          to_{own_ ? own_.get() : to},
          sources_{sources_of(on)},
          begin_{sources_.now()}
    {
        array names;
        for (auto const& each : secrets_)
            names.push_back(each);
        put(value{object{{"recording", "socketio"}, {"version", 1}, {"secrets", std::move(names)}}}.to_json());
    }

    asio::any_io_executor const executor; // of connections

    std::mutex& mutex() noexcept { return mutex_; }
    testing::secret_names const& secrets() const noexcept { return secrets_; }
    // The functions below are called with the mutex.
    std::uint64_t next_exchange() noexcept { return ++exchanges_; }
    void add(recorded_line line)
    {
        line.at = std::chrono::duration_cast<std::chrono::microseconds>(sources_.now() - begin_);
        put(to_json_line(line, secrets_));
    }
    void fail(std::string const& why)
    {
        if (!failure_.empty())
            return;
        put(value{object{{"error", why}}}.to_json());
        failure_ = why;
    }
    std::string const& failure() const noexcept { return failure_; }
    void stop() noexcept
    {
        to_ = nullptr;
        own_.reset();
    }

private:
    void put(std::string const& line)
    {
        if (to_ == nullptr || !failure_.empty())
            return;
        *to_ << line << '\n' << std::flush;
        if (!*to_)
            failure_ = "the recording cannot be written";
    }

    testing::secret_names const secrets_;
    std::unique_ptr<std::ostream> own_;
    std::ostream* to_;
    sources const sources_;
    clock::time_point const begin_;
    std::mutex mutex_;
    std::uint64_t exchanges_ = 0;
    std::string failure_;
};

// One stream of a client, written down.
class recorded_stream final : public byte_stream, public std::enable_shared_from_this<recorded_stream> {
public:
    recorded_stream(std::shared_ptr<byte_stream> below, std::shared_ptr<recorder_state> to)
        : below_{std::move(below)}, to_{std::move(to)}
    {}

    void async_read_some(asio::mutable_buffer into, handler done) override
    {
        below_->async_read_some(into,
            [self = shared_from_this(), into, done = std::move(done)](std::error_code ec, std::size_t count) mutable {
                self->hear(false, {static_cast<char const*>(into.data()), count}, ec.operator bool());
                if (ec && ec != asio_error(asio::error::operation_aborted))
                    self->end(false, ec == asio_error(asio::error::eof) ? "closed" : "reset");
                done(ec, count);
            });
    }
    void async_write(asio::const_buffer from, handler done) override
    {
        auto const size = from.size();
        sent_ = without_compression({static_cast<char const*>(from.data()), size});
        hear(true, sent_);
        below_->async_write(asio::buffer(sent_),
            [self = shared_from_this(), size, done = std::move(done)](std::error_code ec, std::size_t count) mutable {
                done(ec, ec ? (std::min)(count, size) : size);
            });
    }
    void shutdown_send() noexcept override { below_->shutdown_send(); }
    void close() noexcept override
    {
        end(true, "closed");
        below_->close();
    }

private:
    // What a server compresses says nothing to who reads the file.
    std::string without_compression(std::string_view bytes) const
    {
        std::string made{bytes};
        auto const head = made.find("\r\n\r\n");
        auto const line = made.find("\r\n");
        if (websocket_ || head == std::string::npos || !made.substr(0, line).ends_with(" HTTP/1.1"))
            return made;
        for (std::size_t at = line; at != std::string::npos && at < made.find("\r\n\r\n");) {
            auto const next = made.find("\r\n", at + 2);
            std::string_view const header = std::string_view{made}.substr(at + 2, next - at - 2);
            auto const name = header.substr(0, header.find(':'));
            if (equals_ignoring_case(name, "Accept-Encoding") || equals_ignoring_case(name, "Sec-WebSocket-Extensions"))
                made.erase(at, next - at);
            else
                at = next;
        }
        return made;
    }

    void hear(bool client, std::string_view bytes, bool last = false)
    {
        std::lock_guard const lock{to_->mutex()};
        auto& reader = client ? client_ : server_;
        reader.feed(bytes);
        if (last)
            reader.end();
        std::error_code ec;
        while (auto message = reader.next(ec))
            take(client, std::move(*message));
        if (ec)
            to_->fail(joined({"what the ", client ? "client" : "server", " says cannot be read: ", ec.message()}));
    }
    void take(bool client, wire_message message)
    {
        recorded_line line;
        line.from_client = client;
        auto const frame = [&](recorded_line::kind type) {
            line.type = type;
            line.payload = std::move(message.payload);
        };
        switch (message.type) {
        case wire_message::kind::request:
            line.type = recorded_line::kind::request;
            line.method = message.head.method;
            line.target = describe_target(message.head.target, to_->secrets());
            asked_.push_back(to_->next_exchange());
            break;
        case wire_message::kind::answer:
            line.type = recorded_line::kind::answer;
            line.status = message.head.status;
            line.reason = message.head.reason;
            break;
        case wire_message::kind::text:
            frame(recorded_line::kind::text);
            line.payload = hide_secrets(line.payload, to_->secrets());
            break;
        case wire_message::kind::binary: frame(recorded_line::kind::binary); break;
        case wire_message::kind::close: frame(recorded_line::kind::close); break;
        case wire_message::kind::ping: frame(recorded_line::kind::ping); break;
        case wire_message::kind::pong: frame(recorded_line::kind::pong); break;
        }
        if (line.type == recorded_line::kind::request || line.type == recorded_line::kind::answer)
            take_http(line, message);
        if (asked_.empty())
            return; // an answer to nothing
        line.exchange = line.type == recorded_line::kind::request ? asked_.back() : asked_.front();
        to_->add(line);
        if (line.type == recorded_line::kind::answer && line.status >= 200)
            asked_.pop_front();
    }
    void take_http(recorded_line& line, wire_message& message)
    {
        for (auto const& [name, text] : message.head.headers)
            line.headers.emplace_back(name, is_secret(name, to_->secrets()) ? "***" : text);
        for (auto const& each : split_payload(message.payload))
            line.packets.push_back(hide_secrets(each, to_->secrets()));
        if (line.packets.empty())
            line.payload = std::move(message.payload);
        if (line.status == 101) {
            websocket_ = true;
            client_.upgrade();
        }
        if (!message.head.find("Content-Encoding").empty() || !message.head.find("Sec-WebSocket-Extensions").empty())
            to_->fail("the server compresses, although it was not asked to");
    }
    void end(bool client, std::string_view how) noexcept
    {
        std::lock_guard const lock{to_->mutex()};
        if (asked_.empty())
            return;
        recorded_line line;
        line.from_client = client;
        line.exchange = asked_.front();
        line.type = recorded_line::kind::end;
        line.payload = how;
        asked_.clear();
        to_->add(line);
    }

    std::shared_ptr<byte_stream> const below_;
    std::shared_ptr<recorder_state> const to_;
    std::string sent_;
    wire_reader client_{true}, server_{false};
    std::deque<std::uint64_t> asked_; // exchanges that go on
    bool websocket_ = false;
};

// A plain connection, for recorders without a stream_factory below them.
class tcp_byte_stream final : public byte_stream {
public:
    explicit tcp_byte_stream(asio::ip::tcp::socket connected) : socket_{std::move(connected)} {}

    void async_read_some(asio::mutable_buffer into, handler done) override
    {
        socket_.async_read_some(into,
            [done = std::move(done)](asio_error_code ec, std::size_t count) mutable { done(ec, count); });
    }
    void async_write(asio::const_buffer from, handler done) override
    {
        asio::async_write(socket_, from,
            [done = std::move(done)](asio_error_code ec, std::size_t count) mutable { done(ec, count); });
    }
    void shutdown_send() noexcept override
    {
        asio_error_code ignored;
        socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
    }
    void close() noexcept override
    {
        asio_error_code ignored;
        socket_.close(ignored);
    }

private:
    asio::ip::tcp::socket socket_;
};

inline void connect_by_tcp(asio::any_io_executor const& on, stream_request const& to, stream_answer answer)
{
    auto const resolver = std::make_shared<asio::ip::tcp::resolver>(on);
    auto const resolved = [=](asio_error_code ec, asio::ip::tcp::resolver::results_type const& found) {
        static_cast<void>(resolver); // lives until here
        if (ec) {
            answer(ec, nullptr);
            return;
        }
        auto const socket = std::make_shared<asio::ip::tcp::socket>(on);
        asio::async_connect(*socket, found, [=](asio_error_code why, asio::ip::tcp::endpoint const&) {
            asio_error_code ignored;
            if (!why)
                socket->set_option(asio::ip::tcp::no_delay{true}, ignored);
            answer(why, why ? nullptr : std::make_shared<tcp_byte_stream>(std::move(*socket)));
        });
    };
    resolver->async_resolve(to.host, std::to_string(to.port), resolved);
}

} // namespace socketio::detail

namespace socketio::testing {

inline std::unique_ptr<std::ostream> new_file(std::string const& path)
{
    auto made = std::make_unique<std::ofstream>(path, std::ios::binary | std::ios::trunc);
    if (!*made)
        detail::throw_failure("cannot write " + path);
    return made;
}

SOCKETIO_TESTING_DECL recorder::recorder(asio::any_io_executor executor, std::string const& path, secret_names secrets)
    : state_{std::make_shared<detail::recorder_state>(executor, new_file(path), nullptr, std::move(secrets))}
{}

SOCKETIO_TESTING_DECL recorder::recorder(asio::any_io_executor executor, std::ostream& to, secret_names secrets)
    : state_{std::make_shared<detail::recorder_state>(executor, nullptr, &to, std::move(secrets))}
{}

SOCKETIO_TESTING_DECL recorder::~recorder()
{
    stop();
}

SOCKETIO_TESTING_DECL void recorder::stop()
{
    std::lock_guard const lock{state_->mutex()};
    state_->stop();
}

SOCKETIO_TESTING_DECL std::string recorder::failure() const
{
    std::lock_guard const lock{state_->mutex()};
    return state_->failure();
}

SOCKETIO_TESTING_DECL network_options recorder::network(network_options below)
{
    auto make = below.stream_factory;
    if (!make)
        make = [on = state_->executor](stream_request const& to, stream_answer answer) {
            detail::connect_by_tcp(on, to, std::move(answer));
        };
    below.stream_factory = [state = state_, make](stream_request const& to, stream_answer answer) {
        if (to.secure) {
            {
                std::lock_guard const lock{state->mutex()};
                state->fail("https and wss cannot be recorded: TLS lies above the stream");
            }
            answer(std::make_error_code(std::errc::protocol_not_supported), nullptr);
            return;
        }
        make(to, [state, answer = std::move(answer)](std::error_code ec, std::shared_ptr<byte_stream> made) {
            if (made)
                made = std::make_shared<detail::recorded_stream>(std::move(made), state);
            answer(ec, std::move(made));
        });
    };
    return below;
}

} // namespace socketio::testing
