// Collects the answers to a broadcast, which come on the strands of all recipients.
#pragma once

#include <socketio/net/deadline_timer.hpp>
#include <socketio/server/emitting.hpp>

#include <mutex>
#include <utility>

namespace socketio::detail {

class broadcast_answers : public std::enable_shared_from_this<broadcast_answers> {
public:
    broadcast_answers(std::shared_ptr<namespace_core> nsp, std::uint64_t id, broadcast_handler done)
        : nsp_{std::move(nsp)}, id_{id}, done_{std::move(done)}
    {
    }

    void start(asio::any_io_executor const& where, std::optional<std::chrono::milliseconds> limit)
    {
        if (!limit || limit->count() <= 0)
            return;
        auto const made = std::make_shared<wait>(where);
        auto const deadline = deadline_after(made->timer.now(), *limit);
        {
            std::lock_guard const lock{mutex_};
            wait_ = made;
        }
        // The last answer ends the wait.
        post(made->serial, [self = shared_from_this(), made, deadline] {
            made->timer.arm(deadline, [self, made] { self->expire(); });
        });
    }

    void counted(std::size_t asked)
    {
        std::unique_lock lock{mutex_};
        asked_ = asked;
        counted_ = true;
        finish_if_complete(std::move(lock));
    }

    void answered(std::error_code ec, value answer)
    {
        std::unique_lock lock{mutex_};
        if (ec) {
            ++missing_;
            why_ = ec;
        } else {
            answers_.push_back(std::move(answer));
        }
        finish_if_complete(std::move(lock));
    }

private:
    struct wait {
        explicit wait(asio::any_io_executor const& on) : serial{known_executor{on}}, timer{serial} {}
        strand serial;
        deadline_timer timer;
    };

    void finish_if_complete(std::unique_lock<std::mutex> lock)
    {
        if (counted_ && answers_.size() + missing_ == asked_)
            finish(why_, std::move(lock));
    }

    void expire()
    {
        nsp_->rooms().forget_acks(id_);
        finish(error::ack_timeout, std::unique_lock{mutex_});
    }

    void finish(std::error_code ec, std::unique_lock<std::mutex> lock)
    {
        if (!done_)
            return;
        auto done = std::exchange(done_, broadcast_handler{});
        auto answers = std::exchange(answers_, {});
        auto const waited = std::exchange(wait_, nullptr);
        lock.unlock();
        if (waited)
            post(waited->serial, [waited] { waited->timer.cancel(); });
        if (auto const where = nsp_->executor())
            asio::post(where, [ec, done = std::move(done), answers = std::move(answers)]() mutable {
                done(ec, std::move(answers));
            });
    }

    std::shared_ptr<namespace_core> const nsp_;
    std::uint64_t const id_;
    std::mutex mutex_; // guards the members below
    broadcast_handler done_;
    std::shared_ptr<wait> wait_;
    std::vector<value> answers_;
    std::size_t asked_ = 0;
    std::size_t missing_ = 0;
    std::error_code why_;
    bool counted_ = false;
};

SOCKETIO_DECL void ask_all(std::shared_ptr<namespace_core> const& nsp, shared_packet const& packet,
                           broadcast_options const& to,
                           broadcast_handler done)
{
    auto const where = nsp->executor();
    if (!where)
        return;
    if (packet->size() > nsp->limits().bytes) {
        asio::post(where, [done = std::move(done)]() mutable { done(error::payload_too_large, {}); });
        return;
    }
    std::uint64_t const id = nsp->new_ack_id();
    auto const answers = std::make_shared<broadcast_answers>(nsp, id, std::move(done));
    answers->start(where, to.timeout);
    nsp->rooms().broadcast_with_ack(
        packet, id, to, [answers](std::size_t asked) { answers->counted(asked); },
        [answers](std::error_code ec, value answer) { answers->answered(ec, std::move(answer)); });
}

SOCKETIO_DECL void send_to_all(namespace_core& nsp, shared_packet const& packet, broadcast_options const& to)
{
    if (packet->size() <= nsp.limits().bytes)
        nsp.rooms().broadcast(packet, to);
    else
        nsp.report_later({.code = error::payload_too_large,
            .event = name_of_encoded(nsp.parser(), packet->text.view())});
}

} // namespace socketio::detail
