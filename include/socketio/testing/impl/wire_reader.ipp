// Heads, bodies and frames.
#pragma once

#include <socketio/core/error.hpp>
#include <socketio/core/joined.hpp>
#include <socketio/testing/wire_reader.hpp>
#include <socketio/wire/frame.hpp>

#include <limits>
#include <span>

namespace socketio::detail {

inline constexpr std::size_t largest_message_read = std::numeric_limits<std::uint32_t>::max();

SOCKETIO_TESTING_DECL wire_reader::wire_reader(bool of_client)
    : of_client_{of_client},
      reader_{of_client ? role::client : role::server, {.bytes = 65536, .headers = 1000}},
      frames_{of_client, largest_message_read, 100'000}
{}

SOCKETIO_TESTING_DECL std::optional<wire_message> wire_reader::next(std::error_code& ec)
{
    if (failed_)
        return std::nullopt;
    auto made = websocket_ ? next_frame(ec) : next_http(ec);
    failed_ = ec.operator bool();
    return made;
}

SOCKETIO_TESTING_DECL bool wire_reader::has_body() const noexcept
{
    if (of_client_)
        return head_->count("Content-Length") + head_->count("Transfer-Encoding") != 0;
    return head_->status >= 200 && head_->status != 204 && head_->status != 304;
}

SOCKETIO_TESTING_DECL bool wire_reader::read_head(std::error_code& ec)
{
    std::size_t consumed = 0;
    auto const progress = reader_.read(input_, consumed);
    if (progress == http_progress::failed)
        ec = error::http_malformed;
    if (progress != http_progress::complete)
        return false;
    head_ = std::move(reader_.head());
    reader_.reset();
    input_.erase(0, consumed);
    if (has_body())
        body_.emplace(*head_, largest_message_read);
    return true;
}

SOCKETIO_TESTING_DECL std::optional<wire_message> wire_reader::next_http(std::error_code& ec)
{
    if (!head_ && !read_head(ec))
        return std::nullopt;
    std::string payload;
    if (body_) {
        std::size_t consumed = 0;
        auto const progress = body_->read(input_, consumed);
        input_.erase(0, consumed);
        if (progress == body_progress::failed || progress == body_progress::limited)
            ec = error::http_malformed;
        if (progress != body_progress::complete && !(ended_ && body_->until_end()))
            return std::nullopt;
        payload = body_->take();
        body_.reset();
    }
    wire_message made{of_client_ ? wire_message::kind::request : wire_message::kind::answer, std::move(*head_),
        std::move(payload)};
    head_.reset();
    websocket_ = made.head.status == 101;
    return made;
}

SOCKETIO_TESTING_DECL std::optional<wire_message> wire_reader::next_frame(std::error_code& ec)
{
    std::span<char> rest{input_};
    auto const message = frames_.next(rest, ec);
    std::optional<wire_message> made;
    if (message && !ec) {
        made.emplace().payload.assign(message->payload.data(), message->payload.size());
        switch (message->code) {
        case opcode::binary: made->type = wire_message::kind::binary; break;
        case opcode::close: made->type = wire_message::kind::close; break;
        case opcode::ping: made->type = wire_message::kind::ping; break;
        case opcode::pong: made->type = wire_message::kind::pong; break;
        default: break;
        }
    }
    input_.erase(0, input_.size() - rest.size());
    return made;
}

SOCKETIO_TESTING_DECL std::string frame_of(unsigned first, std::string_view payload, std::optional<std::uint32_t> mask)
{
    char head[max_frame_header];
    char* const end =
        write_header(head, {.masked = mask.has_value(), .length = payload.size(), .mask = mask.value_or(0)});
    std::string made{head, end};
    made[0] = static_cast<char>(static_cast<unsigned char>(first));
    made += payload;
    if (mask)
        apply_mask(made.data() + (end - head), payload.size(), *mask);
    return made;
}

SOCKETIO_TESTING_DECL std::string close_payload(std::uint16_t code, std::string_view reason)
{
    std::string made{static_cast<char>(code >> 8), static_cast<char>(code & 0xFF)};
    return made.append(reason);
}

SOCKETIO_TESTING_DECL std::string answer_of(int status, std::string_view reason,
    std::vector<std::pair<std::string, std::string>> const& headers, std::string_view body)
{
    auto made = joined({"HTTP/1.1 ", std::to_string(status), " ", reason, "\r\n"});
    for (auto const& [name, text] : headers)
        made += joined({name, ": ", text, "\r\n"});
    return made + joined({"Content-Length: ", std::to_string(body.size()), "\r\n\r\n", body});
}

} // namespace socketio::detail
