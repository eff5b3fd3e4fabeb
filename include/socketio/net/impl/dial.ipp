// The handshake, and the way it ends.
#pragma once

#include <socketio/core/caught.hpp>
#include <socketio/net/dial.hpp>
#include <socketio/wire/websocket_handshake.hpp>

#include <array>
#include <chrono>
#include <utility>

namespace socketio::detail {

SOCKETIO_DECL dial::dial(strand const& on, std::shared_ptr<dial_request> request, handler done)
    : http_requester{on, request, false}, request_{std::move(request)}, done_{std::move(done)}
{
}

SOCKETIO_DECL void dial::start()
{
    target_ = request_->target;
    begin();
}

SOCKETIO_DECL void dial::abandon() noexcept
{
    done_.reset();
    http_requester::abandon();
}

inline std::string fresh_websocket_key(sources const& from)
{
    std::array<unsigned char, 16> nonce{};
    from.fill_random(nonce);
    return make_websocket_key(nonce);
}

SOCKETIO_DECL void dial::write_request(byte_buffer& to)
{
    server_.stage().enter("WebSocket handshake", "waiting for the answer to the upgrade request");
    key_ = fresh_websocket_key(sources_);
    std::string const host = host_header(linked_to_);
    std::vector<http_header> const headers = user_headers();
    write_upgrade_request(to, {.target = target_, .host = host, .key = key_, .headers = headers,
                               .subprotocols = request_->subprotocols,
                               .deflate = request_->deflate ? &*request_->deflate : nullptr});
}

// The stream can be given away when nothing is written any more. The body of a refusal explains it best: it is read to
// its end, for a second at most, up to a limit.
SOCKETIO_DECL void dial::take_head()
{
    constexpr std::size_t refusal_body_limit = 4096;
    if (reader_.head().status != 101) {
        body_.emplace(reader_.head(), refusal_body_limit);
        link_->close_soon();
        read_body();
    } else if (link_->is_writing()) {
        link_->await_written(then(static_cast<step>(&dial::end_exchange)));
    } else {
        end_exchange({});
    }
}

SOCKETIO_DECL void dial::take_body(body_progress, std::error_code)
{
    result_.http_body = body_->take();
    link_->close();
    end_exchange({});
}

SOCKETIO_DECL std::error_code dial::check_answer()
{
    http_head const& head = reader_.head();
    // The reference's server accepts another protocol version first, and then rejects it in HTTP.
    if (head.status == 101 && link_->input().view().starts_with("HTTP/1."))
        return error::wrong_protocol;
    deflate_negotiation deflate{request_->deflate.value_or(deflate_options{.enabled = false})};
    auto const ec = check_upgrade_response(head, key_, request_->subprotocols, &deflate);
    result_.deflate = deflate.agreed;
    if (!ec)
        result_.subprotocol = head.find("Sec-WebSocket-Protocol");
    return ec;
}

// `done` does not throw.
SOCKETIO_DECL void dial::finish(std::error_code ec) noexcept
{
    if (abandoned_ || !done_)
        return;
    auto const failed = caught([&] {
        if (!ec)
            ec = check_answer();
        if (ec)
            describe(ec);
        result_.message = to_displayable(message_); // it may contain text of the peer
    });
    result_.error = ec ? ec : failed;
    result_.timings = timings();
    result_.elsewhere = request_->elsewhere;
    result_.requested = requests() != 0;
    stream connected = server_.take_stream();
    if (!result_.error) {
        connected = link_->take_stream();
        result_.leftover = std::move(link_->input());
    }
    auto done = std::exchange(done_, handler{});
    done(std::move(result_), std::move(connected));
}

} // namespace socketio::detail
