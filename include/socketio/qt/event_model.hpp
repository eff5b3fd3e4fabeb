// socketio::qt::event_model: the events of a socket as a list for Qt's views.
#pragma once

#include <QAbstractListModel>
#include <QByteArray>
#include <QDateTime>
#include <QHash>
#include <QJsonArray>
#include <QJsonDocument>
#include <QModelIndex>
#include <QString>
#include <QVariant>

#include <socketio/core/foreign_macros_begin.hpp>

#include <socketio/core/tape.hpp>
#include <socketio/net/listener_handle.hpp>
#include <socketio/qt/convert_variant.hpp>
#include <socketio/qt/listeners.hpp>

#include <cstddef>
#include <deque>
#include <string_view>
#include <utility>

namespace socketio::qt {

// How much an event_model keeps; beyond that, the oldest events go.
struct model_limits {
    std::size_t events = 1000;
    std::size_t bytes = 16 * 1024 * 1024; // of texts and binary data; each value counts with 16 bytes more
};

// The newest event is the last row. It belongs to one thread, as all models do. It needs no moc.
class event_model : public QAbstractListModel {
public:
    // Beside Qt::DisplayRole, a line of text. In QML: text, event, arguments, time.
    enum roles { event_role = Qt::UserRole + 1, arguments_role, time_role };

    explicit event_model(model_limits limits = {}, QObject* parent = nullptr)
        : QAbstractListModel{parent}, limits_{limits}
    {
    }

    // Appends every event of the peer from now on; `from` is a socket of either side. Returns a handle to end that. The
    // model's end does so, too.
    template <class From>
    listener_handle listen(From const& from)
    {
        return qt::onAny(from, this,
                         [this](std::string_view event, args const& arguments) { append(event, arguments); });
    }
    void append(std::string_view event, args const& arguments)
    {
        entry made{.event = detail::to_qstring(event),
                   .arguments = detail::to_qvariant_list(arguments),
                   .time = QDateTime::currentDateTimeUtc(),
                   .bytes = event.size() + bytes_of(arguments)};
        made.line = line_of(made);
        make_room(made.bytes);
        int const last = rowCount();
        beginInsertRows({}, last, last);
        bytes_ += made.bytes;
        entries_.push_back(std::move(made));
        endInsertRows();
        make_room(0);
    }
    void clear()
    {
        beginResetModel();
        entries_.clear();
        bytes_ = 0;
        endResetModel();
    }

    int rowCount(QModelIndex const& parent = {}) const override
    {
        return parent.isValid() ? 0 : static_cast<int>(entries_.size());
    }
    QVariant data(QModelIndex const& index, int role = Qt::DisplayRole) const override
    {
        if (!index.isValid() || index.row() >= rowCount())
            return {};
        entry const& at = entries_[static_cast<std::size_t>(index.row())];
        switch (role) {
        case Qt::DisplayRole: return at.line;
        case event_role: return at.event;
        case arguments_role: return at.arguments;
        case time_role: return at.time;
        default: return {};
        }
    }
    QHash<int, QByteArray> roleNames() const override
    {
        return {{Qt::DisplayRole, "text"}, {event_role, "event"}, {arguments_role, "arguments"}, {time_role, "time"}};
    }

private:
    struct entry {
        QString event;
        QVariantList arguments;
        QDateTime time;
        QString line{};
        std::size_t bytes = 0;
    };
    static constexpr int line_length = 500; // a view lays out all of a text

    // The event's name, and its arguments as JSON (binary data in base64).
    static QString line_of(entry const& of)
    {
        QByteArray const text = QJsonDocument{QJsonArray::fromVariantList(of.arguments)}.toJson(QJsonDocument::Compact);
        QString const line = of.event + QLatin1Char{' '} + QString::fromUtf8(text);
        return line.size() > line_length ? line.left(line_length) + QChar{0x2026} : line;
    }
    static std::size_t bytes_of(args const& arguments) noexcept
    {
        std::size_t sum = 0;
        for (value_view const each : arguments)
            for (auto const* node = each.node(); node != detail::next_node(each.node()); ++node) {
                value_view const piece{node};
                sum += sizeof *node + (piece.is_string() || piece.is_binary() ? piece.size() : 0);
            }
        return sum;
    }
    // Removes the oldest until there is room for `more`, as far as there are any.
    void make_room(std::size_t more)
    {
        std::size_t count = 0;
        std::size_t bytes = bytes_ + more;
        std::size_t const coming = more ? 1 : 0;
        while (count != entries_.size() && (bytes > limits_.bytes || entries_.size() - count + coming > limits_.events))
            bytes -= entries_[count++].bytes;
        if (count == 0)
            return;
        beginRemoveRows({}, 0, static_cast<int>(count) - 1);
        entries_.erase(entries_.begin(), entries_.begin() + static_cast<std::ptrdiff_t>(count));
        bytes_ = bytes - more;
        endRemoveRows();
    }

    model_limits limits_;
    std::deque<entry> entries_;
    std::size_t bytes_ = 0;
};

} // namespace socketio::qt

#include <socketio/core/foreign_macros_end.hpp>
