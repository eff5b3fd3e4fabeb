// An HTTP server on streams in memory that answers as a script says, for tests of the client's side.
#pragma once

#include <socketio/net/http_client.hpp>

#include "support/hand_turned_sources.hpp"
#include "support/memory_stream.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace far_end {

namespace detail = socketio::detail;

struct reply {
    std::string bytes{};
    bool close = false;    // behind the bytes
    std::size_t piece = 0; // bytes of one write; 0: all
};

inline std::string ok(std::string_view body, std::string_view headers = {})
{
    return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + std::string{headers} + "\r\n" +
           std::string{body};
}

struct seen_request {
    std::size_t connection; // its number
    detail::http_head head;
    std::string body;

    std::string line() const { return head.method + " " + head.target; }
};

// One connection. Each request gets the next reply; without one it gets nothing.
class connection : public std::enable_shared_from_this<connection> {
public:
    connection(std::shared_ptr<socketio::byte_stream> on, std::size_t number, std::vector<reply> replies,
               std::vector<seen_request>& seen)
        : stream_{std::move(on)}, number_{number}, replies_{std::move(replies)}, seen_{seen}
    {
    }
    void read()
    {
        stream_->async_read_some(asio::buffer(room_), [self = shared_from_this()](std::error_code ec, std::size_t count) {
            if (ec) {
                self->peer_ended = true;
                return;
            }
            self->input_.append(self->room_.data(), count);
            self->on_input();
        });
    }
    void say(std::string bytes)
    {
        output_ = std::move(bytes);
        stream_->async_write(asio::buffer(output_), [self = shared_from_this()](std::error_code, std::size_t) {});
    }
    void close() { stream_->close(); }
    void end_sending() { stream_->shutdown_send(); }

    bool peer_ended = false;

private:
    void on_input()
    {
        std::size_t consumed = 0;
        if (head_.read(input_, consumed) != detail::http_progress::complete) {
            read();
            return;
        }
        std::string const length{head_.head().find("Content-Length")};
        std::size_t const size = length.empty() ? 0 : std::stoul(length);
        if (input_.size() < consumed + size) {
            read();
            return;
        }
        seen_.push_back({number_, head_.head(), input_.substr(consumed, size)});
        input_.erase(0, consumed + size);
        head_.reset();
        if (next_ == replies_.size()) {
            read();
            return;
        }
        write(0);
    }
    void write(std::size_t from)
    {
        reply const& now = replies_[next_];
        if (from == now.bytes.size()) {
            bool const last = now.close;
            ++next_;
            if (last)
                stream_->close();
            else
                read();
            return;
        }
        std::size_t const count = std::min(now.piece == 0 ? now.bytes.size() : now.piece, now.bytes.size() - from);
        stream_->async_write(asio::buffer(now.bytes.data() + from, count),
                             [self = shared_from_this(), from, count](std::error_code, std::size_t) {
                                 self->write(from + count);
                             });
    }

    std::shared_ptr<socketio::byte_stream> stream_;
    std::size_t number_;
    std::vector<reply> replies_;
    std::vector<seen_request>& seen_;
    detail::http_head_reader head_{detail::role::client};
    std::array<char, 16384> room_{};
    std::string input_, output_;
    std::size_t next_ = 0;
};

// A client, and the connections that its factory makes, the first script first.
struct fixture {
    fixture()
    {
        REQUIRE_FALSE(detail::parse_url("http://host:81", settings->to));
        settings->network.stream_factory = [this](socketio::stream_request const& to,
                                                  socketio::stream_answer const& give) {
            asked += to.host + ":" + std::to_string(to.port) + (to.secure ? " secure;" : ";");
            if (ends.size() == script.size()) {
                give(make_error_code(std::errc::host_unreachable), nullptr);
                return;
            }
            auto const [one, other] = support::memory_stream::pair(time.context);
            std::size_t const number = ends.size();
            ends.push_back(std::make_shared<connection>(other, number, script[number], seen));
            ends.back()->read();
            give({}, one);
        };
    }
    ~fixture() { client.reset(); }

    static detail::http_client_request get(std::string target = "/")
    {
        detail::http_client_request made;
        made.target = std::move(target);
        made.body_limit = 1000;
        made.follow = true;
        return made;
    }
    static detail::http_client_request post(std::string body, std::string target = "/")
    {
        detail::http_client_request made = get(std::move(target));
        made.method = "POST";
        made.content_type = "text/plain;charset=UTF-8";
        made.body = std::move(body);
        return made;
    }
    void begin(detail::http_client_request what)
    {
        if (!client)
            client = std::make_shared<detail::http_client>(on, settings);
        answer.reset();
        client->request(std::move(what), [this](detail::http_client_answer&& got) { answer.emplace(std::move(got)); });
        CHECK_FALSE(answer); // never inside the call
    }
    detail::http_client_answer& ask(detail::http_client_request what)
    {
        begin(std::move(what));
        time.settle();
        REQUIRE(answer);
        return *answer;
    }
    std::string lines() const
    {
        std::string text;
        for (auto const& each : seen)
            text += std::to_string(each.connection) + " " + each.line() + "; ";
        return text;
    }

    support::hand_turned_context time;
    detail::strand on{detail::known_executor{asio::any_io_executor{time.context.get_executor()}}};
    std::shared_ptr<detail::http_client_settings> settings = std::make_shared<detail::http_client_settings>();
    std::vector<std::vector<reply>> script;
    std::vector<std::shared_ptr<connection>> ends;
    std::vector<seen_request> seen;
    std::string asked;
    std::shared_ptr<detail::http_client> client;
    std::optional<detail::http_client_answer> answer;
};

} // namespace far_end
