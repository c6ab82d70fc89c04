//! An hour of a rentrée under attack, in five minutes: the product's clock goes twelve times faster. A class joins, twenty schools import
//! their file, staff sign in, somebody forgot a password; all the while somebody guesses a birth date, orders mails, sends nonsense to
//! sign in, and uploads again and again.

mod honest;
mod hostile;
mod told;

use std::sync::LazyLock;
use std::time::{Duration, Instant};

use clap::Args;
use jiff::{SignedDuration, Timestamp};
use rentree_local::{Options, Rentree, say};

use self::told::Honest;

#[derive(Args)]
pub(crate) struct HourArguments {
    /// How long it lasts, in minutes of the product
    #[arg(long, default_value_t = 60)]
    minutes: u32,
    /// How many pupils the class has
    #[arg(long, default_value_t = 35)]
    pupils: usize,
    /// How many schools import a file
    #[arg(long, default_value_t = 20)]
    imports: usize,
}

/// How much faster the product's clock goes.
const FASTER: u32 = 12;

/// The product's clock.
fn clock() -> Timestamp {
    static BEGAN: LazyLock<(Instant, Timestamp)> = LazyLock::new(|| (Instant::now(), Timestamp::now()));
    let since = BEGAN.0.elapsed() * FASTER;
    BEGAN.1 + SignedDuration::try_from(since).unwrap_or_default()
}

/// When things happen, until when.
#[derive(Debug, Clone, Copy)]
struct Hour {
    began: Instant,
    lasts: Duration,
}

impl Hour {
    fn is_over(self) -> bool {
        self.began.elapsed() >= self.lasts
    }

    /// The moment of the `number`th of `count` things that are spread over the hour. The last ones have time to come to their end.
    fn at(self, number: usize, count: usize) -> Duration {
        let share =
            f64::from(u32::try_from(number).unwrap_or(u32::MAX)) / f64::from(u32::try_from(count).unwrap_or(1).max(1));
        self.lasts.mul_f64(0.9 * share).saturating_sub(self.began.elapsed())
    }
}

/// Starts a product of its own, for the sake of its clock, attacks it, and prints what happened; whether the product held.
pub(crate) async fn run(arguments: &HourArguments) -> anyhow::Result<bool> {
    let mut options = Options { clock, ..Options::in_memory() };
    // Leases and timeouts are made for real time, which goes on for those who work.
    options.least_timeout = Duration::from_mins(15);
    options.settings.insert("LEASE_SECONDS".to_owned(), (130 * FASTER).to_string());
    let rentree = Rentree::start(&options).await?;
    let held = attack(&rentree.url, arguments).await;
    rentree.stop().await?;
    held
}

async fn attack(url: &str, arguments: &HourArguments) -> anyhow::Result<bool> {
    let scene = honest::prepare(url, arguments.pupils).await?;
    let hour = Hour { began: Instant::now(), lasts: Duration::from_secs(60 * u64::from(arguments.minutes)) / FASTER };
    say!("{} minutes begin, which last {} seconds here.", arguments.minutes, hour.lasts.as_secs());
    let (class, imports, staff, owner, guesses, mails, nonsense, uploads) = tokio::try_join!(
        honest::class(&scene, hour),
        honest::imports(&scene, hour, arguments.imports),
        honest::staff(&scene, hour),
        honest::owner(&scene, hour),
        hostile::guesser(&scene, hour),
        hostile::bomber(&scene, hour),
        hostile::nonsense(&scene, hour),
        hostile::uploader(&scene, hour),
    )?;
    let honest = [
        ("pupils who join", class),
        ("imports", imports),
        ("sign-ins of staff", staff),
        ("forgotten passwords", owner),
    ];
    say!("");
    say!("{:<24} {:>7} {:>7} {:>12} {:>12}", "honest", "of", "done", "median, ms", "worst, ms");
    honest.iter().for_each(|(what, done)| say!("{what:<24} {}", Honest::of(done)));
    say!("");
    say!("{:<24} {:>7} {:>9} {:>12} {:>12}", "hostile", "tried", "refused", "got through", "at most");
    let hostile =
        [("birth dates", guesses), ("mails ordered", mails), ("nonsense sign-ins", nonsense), ("uploads", uploads)];
    hostile.iter().for_each(|(what, refusals)| say!("{what:<24} {refusals}"));
    Ok(honest.iter().all(|(_, done)| Honest::of(done).is_all()) && hostile.iter().all(|(_, refusals)| refusals.held()))
}
