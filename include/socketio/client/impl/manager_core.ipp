// From construction to the end of the context. manager_open.ipp and manager_dial.ipp have the life in between.
#pragma once

#include <socketio/client/manager_core.hpp>
#include <socketio/core/scope.hpp>
#include <socketio/core/shared_new.hpp>
#include <socketio/core/utf8.hpp>
#include <socketio/net/installed_sources.hpp>
#include <socketio/session/event_names.hpp>
#include <socketio/session/local_event.hpp>

#include <algorithm>

namespace socketio::detail {

// Invalid options throw at the call; invalid values of a provider become a connect_error.
inline void check_headers(string_pairs const& headers)
{
    for (auto const& [name, text] : headers)
        if (!is_header_name(name) || !is_header_value(text))
            throw_misuse("extraHeaders: \"" + to_well_formed(name) + "\" is not a valid HTTP header");
}

inline transport_rules transports_of(options const& settings)
{
    transport_rules rules{.allowed = {},
                          .try_all = settings.tryAllTransports,
                          .upgrade = settings.upgrade,
                          .remember = settings.rememberUpgrade};
    for (std::string const& name : settings.transports) {
        transport_kind each{};
        if (!parse_transport(name, each) ||
            std::find(rules.allowed.begin(), rules.allowed.end(), each) != rules.allowed.end())
            throw_misuse("transports: \"" + to_well_formed(name) +
                         "\" is neither \"websocket\" nor \"polling\", or stands there twice");
#if defined(SOCKETIO_NO_POLLING)
        if (each == transport_kind::polling)
            throw_misuse("transports: \"polling\" was left out of this program by SOCKETIO_NO_POLLING");
#endif
        rules.allowed.push_back(each);
    }
    if (rules.allowed.empty())
        throw_misuse("transports: there is none");
    return rules;
}

inline void check_settings(options const& settings)
{
    std::string const path = (settings.path.starts_with('/') ? "" : "/") + settings.path;
    if (!is_request_target(path) || path.find('#') != std::string::npos)
        throw_misuse("the path \"" + to_well_formed(settings.path) + "\" cannot be used in a request");
    if (auto const* headers = settings.extraHeaders.if_value())
        check_headers(*headers);
    static_cast<void>(transports_of(settings));
    for (auto const& [transport, own] : settings.transportOptions)
        check_headers(own.extraHeaders);
    for (auto each = settings.protocols.begin(); each != settings.protocols.end(); ++each)
        if (!is_header_name(*each) || std::find(settings.protocols.begin(), each, *each) != each)
            throw_misuse("protocols: \"" + to_well_formed(*each) + "\" is not a name, or stands there twice");
}

SOCKETIO_DECL std::shared_ptr<manager_core> manager_core::make(asio::any_io_executor executor, std::string_view url,
                                                               options settings)
{
    return std::make_shared<manager_core>(std::move(executor), url, std::move(settings));
}

SOCKETIO_DECL manager_core::manager_core(asio::any_io_executor executor, std::string_view url, options settings)
    : executor_{std::move(executor)}, sources_{sources_of(executor_)}, settings_{std::move(settings)},
      rules_{settings_},
      lane_{*this, strand{known_executor{executor_}}, 256 * 1024},
      machine_{rules_.read().wait, settings_.random_seed ? *settings_.random_seed : sources_.random_seed()},
      transports_{transports_of(settings_)},
      decoder_{{settings_.limits.attachments, {settings_.limits.json_depth, settings_.limits.json_values},
                settings_.limits.packet_size}, settings_.parser}
{
    check_deflate_options(settings_.perMessageDeflate);
    check_settings(settings_);
    url_error_ = parse_url(url, url_);
    if (url_error_)
        url_error_words_ = describe_bad_url(url);
    if (settings_.withCredentials.value_or(transports_.allows(transport_kind::polling)))
        cookies_ = shared_new<cookie_jar>();
}

SOCKETIO_DECL manager_core::~manager_core() = default;

// A step of its own, since a log handler is user code and may do everything that a listener may.
SOCKETIO_DECL void manager_core::log(log_level level, std::string_view component, std::string_view text)
{
    if (settings_.log)
        defer([this, level, component, words = log_text(text)] { settings_.log(level, component, words); });
}

SOCKETIO_DECL void manager_core::warn(std::string_view component, std::string_view place, std::string_view text)
{
    if (settings_.log)
        log(log_level::warning, component, text);
    else
        warnings_.tell(component, place, text);
}

SOCKETIO_DECL void manager_core::warn_of_dropped(std::string const& nsp)
{
    warn_from_anywhere("socket", nsp + " has never connected: its last socketio::socket was destroyed before the "
                                       "context ran. Keep the socket, and call the context's run()");
}

SOCKETIO_DECL void manager_core::check_event(std::string_view name)
{
    std::string const said = doubt_about_manager(name);
    if (!said.empty() && (!settings_.log || warnings_.is_new(said)))
        warn_from_anywhere("manager", said);
}

// `component` lives as long as the program.
SOCKETIO_DECL void manager_core::warn_from_anywhere(std::string_view component, std::string const& text)
{
    if (!settings_.log)
        warnings_.tell(component, text, text);
    else
        perform([self = shared_from_this(), component, text] { self->log(log_level::warning, component, text); });
}

SOCKETIO_DECL void manager_core::on_readable()
{
    lane_.run([this] {
        lane_.run_steps();
        pump();
    });
}

SOCKETIO_DECL void manager_core::on_turn()
{
    pump();
}

// After a turn that ran out of memory: unfinished work is treated as failed.
SOCKETIO_DECL void manager_core::on_recover()
{
    std::error_code const ec = make_error_code(std::errc::not_enough_memory);
    auto const any = [this](auto const& is) {
        return std::any_of(sockets_.begin(), sockets_.end(), [&](auto const& each) { return is(*each.second); });
    };
    for (auto next = sockets_.begin(); next != sockets_.end();) {
        auto const each = (next++)->second; // which it may remove
        each->recover();
    }
    auto const stranded = [&] {
        return machine_.is_stranded() && any([](socket_core const& each) { return each.active(); });
    };
    if (machine_.is_open() || any([](socket_core const& each) { return each.connected(); }))
        lose(disconnect_reason::transport_error, {.code = ec, .description = ec.message()});
    else if (machine_.is_opening() || stranded())
        fail_open(connect_error{ec, ec.message()});
}

SOCKETIO_DECL void manager_core::pump()
{
    do
        receive_all();
    while (runtime_->upgrade && advance_upgrade());
}

// Reads all input, and checks before each event whether this is still the current connection.
SOCKETIO_DECL void manager_core::receive_all()
{
    auto const link = runtime_->link;
    while (link && link == runtime_->link) {
        engine_event const event = link->receive(now(), *this);
        if (event.type == engine_event::kind::none)
            return;
        on_engine(event);
        lane_.run_steps();
    }
}

SOCKETIO_DECL std::size_t manager_core::unsent_here() const noexcept
{
    return runtime_->link ? runtime_->link->unsent() : 0;
}

SOCKETIO_DECL std::size_t manager_core::unsent() noexcept
{
    std::size_t const written = on_strand() ? unsent_here() : published_unsent_.load(std::memory_order_relaxed);
    return written + lane_.waiting_bytes();
}

// It may be the WebSocket of an upgrade that has drained.
SOCKETIO_DECL void manager_core::on_drained()
{
    bool const listens = !events_.untouched() && events_.has("drain");
    if (drain_watchers_.empty() && !listens && !writer_.held_back()) {
        published_unsent_.store(unsent_here(), std::memory_order_relaxed);
        return;
    }
    lane_.run([&] {
        if (writer_.held_back())
            flush_held_back();
        if (listens && unsent_here() == 0)
            tell("drain");
    });
}

SOCKETIO_DECL void manager_core::adopt(std::shared_ptr<socket_core> const& joined)
{
    if (lane_.acts_now())
        join(joined);
    else if (!lane_.hand_over(joined))
        joined->drop_everything();
}

SOCKETIO_DECL void manager_core::join(std::shared_ptr<socket_core> const& joined)
{
    // The last handle of the earlier one may have been destroyed a moment ago, on another thread.
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
    // One of its listeners may be running: it is destroyed after that.
    defer([last = found->second] {});
    if (root_ == &which)
        root_ = nullptr;
    auto const entry = std::exchange(found->second->managed(), {});
    deadlines_.clear(entry.deadline);
    if (entry.changed != 0)
        changed_[entry.changed - 1] = nullptr;
    sockets_.erase(found);
}

SOCKETIO_DECL void manager_core::stop() noexcept
{
    lane_.perform_surely([self = shared_from_this()] {
        self->events_.off_all();
        self->close();
    });
}

SOCKETIO_DECL void manager_core::release(std::shared_ptr<socket_core> const& which) noexcept
{
    lane_.perform_surely([which] { which->release(); });
}

// The rest is moved out first and destroyed last, because it may hold handles of this manager.
SOCKETIO_DECL void manager_core::on_context_gone() noexcept
{
    {
        std::lock_guard const lock{snapshot_mutex_};
        snapshot_.state = connection_state::closed;
        snapshot_.unsent_bytes = 0;
    }
    published_unsent_.store(0, std::memory_order_relaxed);
    auto const sockets = std::exchange(sockets_, {});
    root_ = nullptr;
    changed_.clear();
    deadlines_.clear_all();
    for (auto const& [nsp, each] : sockets)
        each->managed() = {};
    for (auto const& [nsp, each] : sockets)
        each->drop_everything();
    events_.close();
    writer_.close();
    runtime_.reset();
    executor_ = {};
}

SOCKETIO_DECL void manager_core::report(event_error reason)
{
    warn("manager", place_of({}, reason), reason.message());
}

SOCKETIO_DECL void manager_core::report_from_anywhere(event_error reason)
{
    perform([self = shared_from_this(), reported = shared_new<event_error>(std::move(reason))] {
        self->report(*reported);
    });
}

SOCKETIO_DECL void manager_core::tell(std::string_view event)
{
    if (events_.untouched())
        return;
    defer([this, event] {
        event_call call{*this, event};
        dispatch(event, call);
    });
}

SOCKETIO_DECL void manager_core::tell_text(std::string_view event, std::string_view text)
{
    if (events_.untouched())
        return;
    defer([this, event, text] {
        local_args const arguments{text};
        event_call call{*this, event, arguments.view()};
        dispatch(event, call);
    });
}

SOCKETIO_DECL void manager_core::tell_number(std::string_view event, std::uint64_t number)
{
    if (events_.untouched())
        return;
    defer([this, event, number] {
        local_args const arguments{number};
        event_call call{*this, event, arguments.view()};
        dispatch(event, call);
    });
}

SOCKETIO_DECL void manager_core::dispatch_error(std::string_view event, connect_error const& reason)
{
    if (events_.untouched())
        return;
    defer([this, event, reason] {
        local_args const arguments{std::string_view{reason.message()}};
        event_call call{*this, event, arguments.view()};
        call.refused = &reason;
        dispatch(event, call);
    });
}

} // namespace socketio::detail
