#pragma once

#include <socketio/client/manager_cache.hpp>
#include <socketio/wire/url.hpp>

#include <algorithm>
#include <utility>

namespace socketio::detail {

// Names every field of socket_options: with a further one this does not compile until it is copied here, too.
inline socket_options socket_part(options const& of)
{
    socket_options part;
    auto& [auth, ack_timeout, retries, deduplication_id, send_buffer, connect_timeout, recovery] = part;
    auth = of.auth;
    ack_timeout = of.ackTimeout;
    retries = of.retries;
    deduplication_id = of.deduplication_id;
    send_buffer = of.send_buffer;
    connect_timeout = of.connect_timeout;
    recovery = of.recovery;
    return part;
}

SOCKETIO_DECL std::shared_ptr<manager_link> manager_cache::find(std::string_view address,
                                                                asio::any_io_executor const& executor)
{
    std::vector<std::shared_ptr<manager_link>> held; // destroyed outside the lock
    std::lock_guard const lock{mutex_};
    std::erase_if(entries_, [](entry const& each) { return each.link.expired(); });
    for (auto const& each : entries_) {
        if (each.address != address)
            continue;
        held.push_back(each.link.lock());
        if (held.back() && held.back()->get_executor() == executor)
            return held.back();
    }
    return nullptr;
}

SOCKETIO_DECL void manager_cache::add(std::string address, std::shared_ptr<manager_link> const& link)
{
    std::lock_guard const lock{mutex_};
    entries_.push_back({std::move(address), link});
}

SOCKETIO_DECL std::shared_ptr<socket_link> manager_cache::socket(asio::any_io_executor const& executor,
                                                                 std::string_view url, options settings)
{
    detail::url parsed;
    bool const usable = !parse_url(url, parsed);
    std::string const nsp = usable && !parsed.path.empty() ? parsed.path : "/";
    auto own = socket_part(settings);
    if (!usable || settings.forceNew || !settings.multiplex)
        return manager_link::make(executor, url, std::move(settings))->socket(nsp, std::move(own));

    auto& cache = asio::use_service<manager_cache>(asio::query(executor, asio::execution::context));
    std::string address = origin(parsed) + settings.path;
    auto link = cache.find(address, executor);
    if (link) {
        if (auto made = link->new_socket(nsp, own))
            return made;
        return manager_link::make(executor, url, std::move(settings))->socket(nsp, std::move(own));
    }
    link = manager_link::make(executor, url, std::move(settings));
    cache.add(std::move(address), link);
    return link->socket(nsp, std::move(own));
}

} // namespace socketio::detail
