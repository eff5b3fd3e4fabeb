#pragma once

#include <socketio/core/caught.hpp>
#include <socketio/core/utf8.hpp>
#include <socketio/net/conversation.hpp>
#include <socketio/net/polling_dial.hpp>
#include <socketio/net/polling_refusal.hpp>

#include <utility>

namespace socketio::detail {

SOCKETIO_DECL polling_dial::polling_dial(strand const& on, std::shared_ptr<http_client_settings> connections,
                                         polling_target target, std::size_t payload_size, handler done)
    : connections_{std::move(connections)}, client_{std::make_shared<http_client>(on, connections_)},
      target_{std::move(target)}, payload_size_{payload_size}, done_{std::move(done)}
{
}

SOCKETIO_DECL void polling_dial::start()
{
    client_->request({.method = "GET", .target = target_.next({}), .body_limit = payload_size_, .follow = true},
        [weak = weak_from_this()](http_client_answer&& answer) {
            if (auto const self = weak.lock())
                self->on_answer(std::move(answer));
        });
}

SOCKETIO_DECL void polling_dial::abandon() noexcept
{
    done_.reset();
    client_->abandon();
}

SOCKETIO_DECL void polling_dial::on_answer(http_client_answer&& answer) noexcept
{
    if (!done_)
        return;
    dial_result result;
    if (auto const failed = caught([&] {
            if (connections_->target != target_.base())
                target_.move_to(connections_->target);
            result = judge(answer);
        }))
        result.error = failed;
    polling_opening opened;
    if (!result.error)
        opened = {connections_, client_, std::move(target_), std::move(answer.body)};
    auto done = std::exchange(done_, handler{});
    done(std::move(result), std::move(opened));
}

SOCKETIO_DECL dial_result polling_dial::judge(http_client_answer& answer) const
{
    dial_result result;
    auto const times = client_->timings();
    result.resolving = times.resolving;
    result.connecting = times.connecting;
    result.proxying = times.proxying;
    result.securing = times.securing;
    result.upgrading = times.answering;
    result.elsewhere = connections_->elsewhere;
    result.requested = client_->requests() != 0;
    std::string const& base = target_.base();
    result.error = check_polling_handshake(answer, base.substr(0, base.find('?')), result.message);
    if (!result.error)
        return result;
    bool const unanswered = answer.error == error::closed || is_cut_off(answer.error);
    if (unanswered && result.requested && !answer.answered && !connections_->to.secure)
        result.message += ". Does it speak https on this port?";
    result.message = to_displayable(result.message);
    result.http_status = answer.status;
    result.http_body = answer.body.substr(0, refusal_body_size);
    if (answer.status == 503 || answer.status == 429)
        result.retry_after = answer.retry_after;
    return result;
}

} // namespace socketio::detail
