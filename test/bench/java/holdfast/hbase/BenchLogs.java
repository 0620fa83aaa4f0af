package holdfast.hbase;

import org.apache.hadoop.hbase.TableName;
import org.apache.hadoop.hbase.client.Durability;
import org.apache.hadoop.hbase.client.Put;
import org.apache.hadoop.hbase.client.Row;
import org.apache.hadoop.hbase.client.Table;
import org.apache.hadoop.hbase.util.Bytes;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Logs of one table each, linked to {@code wals/<table>}: {@code tiny}, and values of 100 B, 1 kB and 100 kB, each one
 * log of 275 MB at scale 1. Rows come in random order, into four regions, 100 to a batch (20 of the largest).
 */
public final class BenchLogs implements Scenario {
  private static final int LOG_BYTES = 275_000_000;
  private byte[] text;

  @Override
  public void configure(Map<String, String> conf) {
    conf.put("hbase.regionserver.hlog.blocksize", "1000000000"); // rolled only where this says so
    conf.put("hbase.wal.provider", "filesystem");
  }

  @Override
  public boolean crashes() {
    return false;
  }

  @Override
  public void generate(Run run) throws Exception {
    // Words with numbers between them: deflate makes it some 40 % of its size.
    StringBuilder words = new StringBuilder();
    while (words.length() < 4_000_000) {
      words.append(run.words(3)).append(' ').append(run.random.nextInt(1_000_000_000)).append(' ');
    }
    text = words.toString().getBytes(StandardCharsets.US_ASCII);
    table(run, "tiny", 100, 100, 100);
    table(run, "v100", 100, run.scaled(LOG_BYTES / 144), 100);
    table(run, "v1000", 1000, run.scaled(LOG_BYTES / 1044), 100);
    table(run, "v100000", 100_000, run.scaled(LOG_BYTES / 100_044), 20);
  }

  private void table(Run run, String name, int valueBytes, int cells, int batch) throws Exception {
    run.create(name, new String[] { "4", "8", "c" }, Run.family("f"));
    long from = roll(run);
    try (Table table = run.cluster.connection.getTable(TableName.valueOf(name))) {
      List<Row> puts = new ArrayList<>();
      for (int i = 1; i <= cells; i++) {
        byte[] value = new byte[valueBytes];
        System.arraycopy(text, run.random.nextInt(text.length - valueBytes), value, 0, valueBytes);
        Put put = new Put(Bytes.toBytes(String.format("%016x", run.random.nextLong()))).addColumn(Bytes.toBytes("f"), Bytes.toBytes("q"), run.tick(), value);
        puts.add(put.setDurability(Durability.ASYNC_WAL)); // the same log, without a sync for each batch
        if (puts.size() == batch || i == cells) {
          table.batch(puts, new Object[puts.size()]);
          puts.clear();
        }
      }
    }
    long until = roll(run);
    run.flush(name);
    Path links = Files.createDirectories(run.out.resolve("wals").resolve(name));
    for (String folder : new String[] { "WALs", "oldWALs" }) {
      for (Path log : Main.files(run.out.resolve("hbase").resolve(folder))) {
        String file = log.getFileName().toString();
        long ms = file.endsWith(".meta") || !file.contains("%2C") ? -1 : Long.parseLong(file.substring(file.lastIndexOf('.') + 1));
        if (ms >= from && ms < until) {
          Files.createLink(links.resolve(file), log);
        }
      }
    }
  }

  private static long roll(Run run) throws Exception {
    Object server = run.roll().values().iterator().next();
    return (long) ((Map<?, ?>) server).get("newestWalMs");
  }
}
