// The library first, then Qt's headers, with its keywords.
#include <socketio/client.hpp>
#include <socketio/qt.hpp>
#include <socketio/server.hpp>

#include <QObject>
#include <QString>

#include <doctest/doctest.h>

#if !defined(emit) || !defined(signals) || !defined(slots)
#error "a keyword of Qt got lost"
#endif

namespace keywords_last_tests {

class window : public QObject {
    Q_OBJECT

public slots:
    void rename(QString const& title) { emit renamed(title); }

signals:
    void renamed(QString const& title);
};

TEST_CASE("Qt's keywords work where its headers come after the library's")
{
    window shown;
    QString heard;
    QObject::connect(&shown, &window::renamed, [&](QString const& title) { heard = title; });
    shown.rename("news");
    CHECK(heard == QString{"news"});
}

} // namespace keywords_last_tests

#include "keywords_last.moc"
