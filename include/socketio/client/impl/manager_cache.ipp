#pragma once

#include <socketio/client/manager_cache.hpp>
#include <socketio/wire/url.hpp>

#include <algorithm>
#include <utility>

namespace socketio::detail {

inline socket_options socket_part(options const& of)
{
    return {.auth = of.auth,
            .ackTimeout = of.ackTimeout,
            .retries = of.retries,
            .deduplication_id = of.deduplication_id,
            .send_buffer = of.send_buffer,
            .connect_timeout = of.connect_timeout,
            .recovery = of.recovery};
}

SOCKETIO_DECL std::shared_ptr<manager_link> manager_cache::find(std::string_view place,
                                                                asio::any_io_executor const& executor)
{
    std::vector<std::shared_ptr<manager_link>> held; // destroyed outside the lock
    std::lock_guard const lock{mutex_};
    std::erase_if(entries_, [](entry const& each) { return each.link.expired(); });
    for (auto const& each : entries_) {
        if (each.place != place)
            continue;
        held.push_back(each.link.lock());
        if (held.back() && held.back()->get_executor() == executor)
            return held.back();
    }
    return nullptr;
}

SOCKETIO_DECL void manager_cache::add(std::string place, std::shared_ptr<manager_link> const& link)
{
    std::lock_guard const lock{mutex_};
    entries_.push_back({std::move(place), link});
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
    std::string place = origin(parsed) + settings.path;
    auto link = cache.find(place, executor);
    if (link) {
        if (auto made = link->new_socket(nsp, own))
            return made;
        return manager_link::make(executor, url, std::move(settings))->socket(nsp, std::move(own));
    }
    link = manager_link::make(executor, url, std::move(settings));
    cache.add(std::move(place), link);
    return link->socket(nsp, std::move(own));
}

} // namespace socketio::detail
