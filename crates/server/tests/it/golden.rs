//! Every recorded request of every dialect still gets its recorded answer, on both engines.

use testing::app::story;
use testing::golden::replay;

#[test]
fn every_golden_file_replays() {
    for dialect in dialects::DIALECTS {
        story(|app| async move {
            let pairs = replay(&app, dialect.name()).await;
            assert!(pairs > 0, "{} has no golden files", dialect.name());
        });
    }
}
