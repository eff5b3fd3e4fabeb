// From the port to the session.
#pragma once

#include <socketio/core/error.hpp>
#include <socketio/core/random.hpp>
#include <socketio/core/scope.hpp>
#include <socketio/server/engine_server.hpp>
#include <socketio/session/codec_factory.hpp>
#include <socketio/wire/base64.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace socketio::detail {

class engine_server::place {
public:
    explicit place(std::shared_ptr<std::atomic<std::size_t>> count) : count_{std::move(count)} {}
    place(place const&) = delete;
    place& operator=(place const&) = delete;
    ~place() { --*count_; }

private:
    std::shared_ptr<std::atomic<std::size_t>> count_;
};

SOCKETIO_DECL std::string make_session_id()
{
    std::array<unsigned char, 15> random{};
    fill_random(random);
    std::string id = base64_encode({reinterpret_cast<char const*>(random.data()), random.size()});
    std::replace(id.begin(), id.end(), '+', '-');
    std::replace(id.begin(), id.end(), '/', '_');
    return id;
}

SOCKETIO_DECL std::shared_ptr<engine_server> engine_server::make(asio::any_io_executor executor, std::uint16_t port,
                                                                 std::shared_ptr<server_options const> options)
{
    auto made = std::make_shared<engine_server>(executor, std::move(options));
    made->secure();
    made->accepting_ = std::make_shared<listener>(executor);
    if (auto const ec = made->accepting_->open(made->options_->address, port))
        throw_failure(ec, "cannot listen on port " + std::to_string(port));
    made->port_ = made->accepting_->port();
    made->watch_.add(made.get());
    return made;
}

SOCKETIO_DECL engine_server::engine_server(asio::any_io_executor const& executor, std::shared_ptr<server_options const> options)
    : options_{std::move(options)},
      watch_{asio::use_service<context_watch>(asio::query(executor, asio::execution::context))}
{
    check_deflate_options(options_->perMessageDeflate);
}

SOCKETIO_DECL engine_server::~engine_server()
{
    if (accepting_)
        watch_.remove(this);
}

SOCKETIO_DECL void engine_server::secure()
{
    tls_options const& wanted = options_->tls;
    if (wanted.cert.empty() && wanted.cert_file.empty() && !wanted.context)
        return;
    tls_maker const maker = registered_tls.load();
    std::error_code ec = error::tls_not_available;
    std::string words = ec.message();
    if (maker)
        tls_ = maker(wanted, role::server, ec, words);
    if (!tls_)
        throw_failure(ec, words);
}

// The accept loop holds this for as long as it runs.
SOCKETIO_DECL void engine_server::start(hooks told)
{
    std::lock_guard const lock{mutex_};
    if (closed_)
        return;
    told_ = std::make_shared<hooks>(std::move(told));
    post(accepting_->serial(), [self = shared_from_this(), accepting = accepting_] {
        {
            std::lock_guard const again{self->mutex_};
            if (self->closed_)
                return;
        }
        accepting->start([self](strand const& on, stream&& connected) { self->on_accepted(on, std::move(connected)); });
    });
}

SOCKETIO_DECL std::size_t engine_server::clients_count() const
{
    std::lock_guard const lock{mutex_};
    return sessions_.size();
}

SOCKETIO_DECL void engine_server::close(unique_function<void()> done)
{
    std::set<std::shared_ptr<welcome>> turned_away;
    std::lock_guard const lock{mutex_};
    if (!accepting_)
        return;
    if (done)
        close_waiters_.push_back(std::move(done));
    if (!std::exchange(closed_, true)) {
        turned_away.swap(welcomes_);
        post(accepting_->serial(), [accepting = accepting_] { accepting->close(); });
        for (auto const& each : turned_away)
            each->abandon();
        for (auto const& [sid, session] : sessions_)
            close_session(session);
    }
    tell_closed();
}

SOCKETIO_DECL void engine_server::close_session(std::shared_ptr<engine_session> const& session)
{
    post(session->serial(), [session] { session->close(close_reason::forced_close, error::stopped); });
}

// With the mutex locked.
SOCKETIO_DECL void engine_server::tell_closed()
{
    if (!closed_ || !sessions_.empty() || !accepting_)
        return;
    for (auto& each : std::exchange(close_waiters_, {}))
        post(accepting_->serial(), std::move(each));
}

SOCKETIO_DECL void engine_server::add(engine_session* born)
{
    std::lock_guard const lock{mutex_};
    all_.insert(born);
}

SOCKETIO_DECL void engine_server::remove(engine_session* dying) noexcept
{
    std::lock_guard const lock{mutex_};
    all_.erase(dying);
}

SOCKETIO_DECL void engine_server::on_ended(std::string const& sid)
{
    std::shared_ptr<engine_session> last; // outlives the lock
    std::lock_guard const lock{mutex_};
    if (auto const found = sessions_.find(sid); found != sessions_.end()) {
        last = std::move(found->second);
        sessions_.erase(found);
    }
    tell_closed();
}

// Nobody runs the context any more. What is dropped here may hold this, and sessions, so it goes when all is done.
SOCKETIO_DECL void engine_server::context_gone() noexcept
{
    auto const self = weak_from_this().lock();
    if (!self)
        return;
    std::vector<std::shared_ptr<engine_session>> living;
    std::set<std::shared_ptr<welcome>> left;
    std::shared_ptr<listener> accepting;
    std::shared_ptr<hooks> last;
    std::vector<unique_function<void()>> waiting;
    decltype(sessions_) known;
    {
        std::lock_guard const lock{mutex_};
        closed_ = true;
        for (engine_session* const each : all_) {
            if (auto session = each->weak_from_this().lock())
                living.push_back(std::move(session));
        }
        left.swap(welcomes_);
        accepting.swap(accepting_);
        last.swap(told_);
        waiting.swap(close_waiters_);
        known.swap(sessions_);
    }
    if (accepting)
        accepting->close();
    for (auto const& each : living)
        each->context_gone();
}

SOCKETIO_DECL std::shared_ptr<void> engine_server::take_place()
{
    if (++*places_ <= options_->connections)
        return std::make_shared<place>(places_);
    --*places_;
    return nullptr;
}

SOCKETIO_DECL void engine_server::on_accepted(strand const& on, stream&& connected)
{
    auto counted = take_place();
    if (!counted) {
        connected.close();
        return;
    }
    welcome_rules rules{{}, options_->perMessageDeflate, tls_, {options_->http.header_bytes, options_->http.headers},
                        options_->http.request_timeout};
    rules.deflate.enabled = offers_deflate(rules.deflate);
    auto const made = std::make_shared<welcome>(on, std::move(connected), std::move(rules));
    {
        std::lock_guard const lock{mutex_};
        if (closed_)
            return;
        welcomes_.insert(made);
    }
    auto done = [self = shared_from_this(), on, counted = std::move(counted), key = std::weak_ptr<welcome>{made}](
                    welcome_result&& result, stream&& accepted) mutable {
        {
            std::lock_guard const lock{self->mutex_};
            self->welcomes_.erase(key.lock());
        }
        self->on_welcomed(on, std::move(result), std::move(accepted), std::move(counted));
    };
    post(on, [made, done = std::move(done)]() mutable { made->start(std::move(done)); });
}

// Called by a coroutine, so user code has to wait for a turn of its own.
SOCKETIO_DECL void engine_server::on_welcomed(strand const& on, welcome_result&& result, stream&& connected,
                                              std::shared_ptr<void> counted)
{
    if (result.error)
        return;
    http_request request;
    request.method = std::move(result.request.method);
    request.target = std::move(result.request.target);
    request.secure = tls_ != nullptr;
    for (auto& each : result.request.headers)
        request.headers.emplace_back(std::move(each.name), std::move(each.value));
    auto const session = std::make_shared<engine_session>(on, make_session_id(), std::move(request), shared_from_this(), options_);
    std::shared_ptr<hooks> told;
    {
        std::lock_guard const lock{mutex_};
        if (closed_)
            return;
        sessions_.emplace(session->sid(), session);
        told = told_;
    }
    session->hold(std::move(counted));
    session->start({std::move(connected), std::move(result.leftover), {}, result.deflate});
    post(on, [session, told = std::move(told)] {
        unless_done going_on{[&] { session->begin(); }};
        told->session(session);
        going_on.done();
        session->begin();
    });
}

} // namespace socketio::detail
