// How the manager shares its strand: turns, steps, the inbox, time. What it does there is in
// manager_open.ipp and manager_emit.ipp.
#pragma once

#include <socketio/client/manager_core.hpp>
#include <socketio/core/random.hpp>
#include <socketio/core/scope.hpp>
#include <socketio/core/utf8.hpp>
#include <socketio/session/local_event.hpp>

#include <algorithm>

namespace socketio::detail {

// One turn on the strand. Inside it output is held back, so that all that one batch of input causes
// leaves in one write. If a listener throws, what is left to do goes on in a turn of its own. If there is no memory,
// that turn begins with the end of the connection, since nobody knows how far the work has come: see recover().
class manager_core::turn {
public:
    explicit turn(manager_core& on) : on_{on}
    {
        if (on_.depth_++ == 0)
            on_.now_ = clock::now();
    }
    template <class Work>
    static void run(manager_core& on, Work work)
    {
        turn now{on};
        watch_memory(
            [&] {
                on.recover();
                on.drain_inbox();
                work();
                now.finish();
            },
            [&] { on.starved_ = true; });
    }
    turn(turn const&) = delete;
    turn& operator=(turn const&) = delete;
    ~turn()
    {
        --on_.depth_;
        if (!finished_)
            on_.post_turn();
    }
    void finish()
    {
        on_.run_steps();
        if (on_.depth_ == 1)
            on_.settle();
        finished_ = true;
    }

private:
    manager_core& on_;
    bool finished_ = false;
};

// What can be seen to be wrong at the call is misuse; what a provider answers is told as a connect_error.
inline void check_settings(options const& settings)
{
    std::string const path = (settings.path.starts_with('/') ? "" : "/") + settings.path;
    if (!is_request_target(path) || path.find('#') != std::string::npos)
        throw_misuse("the path \"" + to_well_formed(settings.path) + "\" cannot be used in a request");
    if (auto const* headers = settings.extraHeaders.if_value())
        for (auto const& [name, text] : *headers)
            if (!is_header_name(name) || !is_header_value(text))
                throw_misuse("extraHeaders: \"" + to_well_formed(name) + "\" is not a valid HTTP header");
    for (auto each = settings.protocols.begin(); each != settings.protocols.end(); ++each)
        if (!is_header_name(*each) || std::find(settings.protocols.begin(), each, *each) != each)
            throw_misuse("protocols: \"" + to_well_formed(*each) + "\" is not a name, or stands there twice");
}

SOCKETIO_DECL std::shared_ptr<manager_core> manager_core::make(asio::any_io_executor executor, std::string_view url,
                                                               options settings)
{
    auto made = std::make_shared<manager_core>(std::move(executor), url, std::move(settings));
    made->watch_.add(made.get());
    return made;
}

SOCKETIO_DECL manager_core::manager_core(asio::any_io_executor executor, std::string_view url, options settings)
    : executor_{std::move(executor)}, settings_{std::move(settings)}, rules_{settings_}, runtime_{std::make_unique<runtime>(executor_)},
      watch_{asio::use_service<context_watch>(asio::query(executor_, asio::execution::context))},
      backoff_{rules_.read().wait, settings_.random_seed ? *settings_.random_seed : random_seed()},
      decoder_{{settings_.limits.attachments, {settings_.limits.json_depth, settings_.limits.json_values},
                settings_.limits.packet_size}}
{
    check_deflate_options(settings_.perMessageDeflate);
    check_settings(settings_);
    url_error_ = parse_url(url, url_);
    if (settings_.withCredentials)
        cookies_ = std::make_shared<cookie_jar>();
}

SOCKETIO_DECL manager_core::~manager_core()
{
    if (alive())
        watch_.remove(this);
}

// A step of its own, since a log handler is user code and may do what a listener may.
SOCKETIO_DECL void manager_core::log(log_level level, std::string_view component, std::string_view text)
{
    if (settings_.log)
        defer([this, level, component, words = std::string{text}] { settings_.log(level, component, words); });
}

SOCKETIO_DECL bool manager_core::on_strand() const noexcept
{
    return alive() && runtime_->serial.running_in_this_thread();
}

SOCKETIO_DECL void manager_core::perform(unique_function<void()> command)
{
    if (may_act()) {
        post_outside_turn();
        drain_inbox();
        if (depth_ == 0)
            now_ = clock::now();
        watch_memory(command, [this] { starved_ = true; });
        return;
    }
    std::lock_guard const lock{mutex_};
    if (!alive())
        return;
    make_room(inbox_.order);
    make_room(inbox_.commands);
    inbox_.order.push_back({inbox::kind::command, nullptr});
    inbox_.commands.push_back(std::move(command));
    wake();
}

SOCKETIO_DECL void manager_core::on_mail()
{
    {
        std::lock_guard const lock{mutex_};
        waking_ = false;
    }
    turn::run(*this, [] {});
}

SOCKETIO_DECL void manager_core::run_steps()
{
    if (running_steps_)
        return;
    flag_guard const guard{running_steps_};
    while (!steps_.empty())
        run_first(steps_);
}

SOCKETIO_DECL void manager_core::post_turn()
{
    if (!alive())
        return;
    post(runtime_->serial, [self = shared_from_this()] { self->on_readable(); });
}

SOCKETIO_DECL void manager_core::on_readable()
{
    turn::run(*this, [this] {
        run_steps();
        pump();
    });
}

// After a turn that found no memory: what was half done is as if it had failed on the way.
SOCKETIO_DECL void manager_core::recover()
{
    if (!starved_ || !alive())
        return;
    std::error_code const why = make_error_code(std::errc::not_enough_memory);
    auto const any = [this](auto const& is) {
        return std::any_of(sockets_.begin(), sockets_.end(), [&](auto const& each) { return is(*each.second); });
    };
    for (auto next = sockets_.begin(); next != sockets_.end();) {
        auto const each = (next++)->second; // which it may take out
        each->recover();
    }
    if (state_ == ready_state::open || any([](socket_core const& each) { return each.connected(); })) {
        stop_reconnecting();
        lose(disconnect_reason::transport_error, {.code = why, .description = why.message()});
    } else if (state_ == ready_state::opening) {
        fail_open(connect_error{why, why.message()});
    } else if (!skip_reconnect_ && reconnect_at_ == clock::never() && any([](socket_core const& each) { return each.active(); })) {
        fail_open(connect_error{why, why.message()});
    }
    starved_ = false;
}

SOCKETIO_DECL void manager_core::stop_reconnecting() noexcept
{
    reconnecting_ = false;
    reconnect_at_ = clock::never();
}

// Takes all that has come, and asks before each event whether this is still the connection.
SOCKETIO_DECL void manager_core::pump()
{
    auto const link = runtime_->link;
    while (link && link == runtime_->link) {
        engine_event const event = link->next(now_);
        if (event.type == engine_event::kind::none)
            return;
        on_engine(event);
        run_steps();
        if (link == runtime_->link)
            link->flush_early();
    }
}

SOCKETIO_DECL std::size_t manager_core::unsent_here() const noexcept
{
    return runtime_->link ? runtime_->link->unsent() : 0;
}

SOCKETIO_DECL std::size_t manager_core::unsent() noexcept
{
    std::size_t const written = on_strand() ? unsent_here() : published_unsent_.load(std::memory_order_relaxed);
    std::lock_guard const lock{mutex_};
    return written + inbox_.packets.byte_size();
}

SOCKETIO_DECL void manager_core::on_drained()
{
    bool const told = !events_.untouched() && events_.has("drain");
    if (drain_watchers_.empty() && !told && !held_back_) {
        published_unsent_.store(0, std::memory_order_relaxed);
        return;
    }
    turn::run(*this, [&] {
        if (held_back_)
            flush_held_back();
        if (told && unsent_here() == 0)
            tell("drain");
    });
}

SOCKETIO_DECL void manager_core::adopt(std::shared_ptr<socket_core> joined)
{
    if (may_act()) {
        post_outside_turn();
        drain_inbox();
        if (depth_ == 0)
            now_ = clock::now();
        join(joined);
        return;
    }
    {
        std::lock_guard const lock{mutex_};
        if (alive()) {
            make_room(inbox_.order);
            inbox_.order.push_back({inbox::kind::join, std::move(joined)});
            wake();
            return;
        }
    }
    joined->drop_everything();
}

SOCKETIO_DECL void manager_core::join(std::shared_ptr<socket_core> const& joined)
{
    // The last handle of the one before may have gone a moment ago, on another thread.
    if (auto const found = sockets_.find(joined->nsp()); found != sockets_.end()) {
        auto const before = found->second;
        before->release();
    }
    changed_.reserve(sockets_.size() + changed_.size() + 1);
    sockets_[joined->nsp()] = joined;
    if (joined->nsp() == "/")
        root_ = joined.get();
    joined->managed().joined = true;
}

SOCKETIO_DECL void manager_core::forget(socket_core const& which)
{
    auto const found = sockets_.find(which.nsp());
    if (found == sockets_.end() || found->second.get() != &which)
        return;
    // A listener of its may be running: it dies after that.
    defer([last = found->second] {});
    if (root_ == &which)
        root_ = nullptr;
    auto const place = std::exchange(found->second->managed(), {});
    deadlines_.clear(place.deadline);
    if (place.changed != 0)
        changed_[place.changed - 1] = nullptr;
    sockets_.erase(found);
}

// For destructors. What finds no memory on its way is done again, in a turn: `command` must stand that.
template <class Command>
void manager_core::perform_surely(Command const& command) noexcept
{
    if (!caught([&] { perform(command); }))
        return;
    std::lock_guard const lock{mutex_};
    if (alive())
        post(runtime_->serial, [self = shared_from_this(), command] { turn::run(*self, command); });
}

SOCKETIO_DECL void manager_core::stop() noexcept
{
    perform_surely([self = shared_from_this()] {
        self->events_.off_all();
        self->close();
    });
}

SOCKETIO_DECL void manager_core::release(std::shared_ptr<socket_core> const& which) noexcept
{
    perform_surely([which] { which->release(); });
}

// Nobody runs the context any more. What is left is taken out first and dies last, because it may
// hold handles to this very manager.
SOCKETIO_DECL void manager_core::context_gone() noexcept
{
    auto const self = weak_from_this().lock();
    if (!self)
        return;
    gone_.store(true, std::memory_order_release);
    {
        std::lock_guard const lock{snapshot_mutex_};
        snapshot_.state = connection_state::closed;
        snapshot_.unsent_bytes = 0;
    }
    published_unsent_.store(0, std::memory_order_relaxed);
    inbox left;
    {
        std::lock_guard const lock{mutex_};
        left.swap(inbox_);
    }
    auto const steps = std::exchange(steps_, {});
    auto const sockets = std::exchange(sockets_, {});
    root_ = nullptr;
    changed_.clear();
    deadlines_.clear_all();
    for (auto const& [nsp, each] : sockets)
        each->managed() = {};
    for (auto const& [nsp, each] : sockets)
        each->drop_everything();
    for (auto const& each : left.order)
        if (each.type == inbox::kind::join)
            each.socket->drop_everything();
    events_.close();
    runtime_.reset();
    executor_ = {};
}

SOCKETIO_DECL void manager_core::report(event_error why)
{
    log(log_level::warning, "manager", why.message());
}

SOCKETIO_DECL void manager_core::report_from_anywhere(event_error why)
{
    perform([self = shared_from_this(), told = std::make_shared<event_error>(std::move(why))] { self->report(*told); });
}

SOCKETIO_DECL void manager_core::tell(std::string event)
{
    if (events_.untouched())
        return;
    defer([this, event = std::move(event)] {
        event_call call{*this, event};
        dispatch(event, call);
    });
}

SOCKETIO_DECL void manager_core::tell_number(std::string event, std::uint64_t number)
{
    if (events_.untouched())
        return;
    defer([this, event = std::move(event), number] {
        local_args const arguments{number};
        event_call call{*this, event, arguments.view()};
        dispatch(event, call);
    });
}

SOCKETIO_DECL void manager_core::tell_error(std::string event, connect_error const& why)
{
    if (events_.untouched())
        return;
    defer([this, event = std::move(event), why] {
        local_args const arguments{std::string_view{why.message()}};
        event_call call{*this, event, arguments.view()};
        call.refused = &why;
        dispatch(event, call);
    });
}

} // namespace socketio::detail
