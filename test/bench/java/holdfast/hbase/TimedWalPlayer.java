package holdfast.hbase;

import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.conf.Configured;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.hbase.TableName;
import org.apache.hadoop.hbase.client.Admin;
import org.apache.hadoop.hbase.client.Connection;
import org.apache.hadoop.hbase.client.ConnectionFactory;
import org.apache.hadoop.hbase.client.TableDescriptor;
import org.apache.hadoop.hbase.client.TableDescriptorBuilder;
import org.apache.hadoop.hbase.client.ColumnFamilyDescriptorBuilder;
import org.apache.hadoop.hbase.io.compress.Compression;
import org.apache.hadoop.hbase.io.hfile.HFile;
import org.apache.hadoop.hbase.mapreduce.WALPlayer;
import org.apache.hadoop.util.Tool;
import org.apache.hadoop.util.ToolRunner;

import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * WALPlayer with bulk output on {@code WALS/<table>}, as wal2hfile runs it, for each table and compression named:
 * {@code OUT WALS table=compression...}. One JSON line each: cells, seconds, CPU seconds of this process. What comes
 * first in a JVM pays for its classes; so name a tiny table first, and again to see what a job costs without cells.
 */
public final class TimedWalPlayer extends Configured implements Tool {
  @Override
  public int run(String[] args) throws Exception {
    Path out = Path.of(args[0]).toAbsolutePath();
    Path wals = Path.of(args[1]).toAbsolutePath();
    com.sun.management.OperatingSystemMXBean process = (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    for (int i = 2; i < args.length; i++) {
      String[] part = args[i].split("=");
      TableName table = TableName.valueOf(part[0]);
      compress(table, Compression.Algorithm.valueOf(part[1]));
      Path to = out.resolve("job-" + i);
      Configuration conf = new Configuration(getConf());
      conf.set("wal.bulk.output", Main.hadoop(to).toString());
      long cpu = process.getProcessCpuTime();
      long start = System.nanoTime();
      int code = ToolRunner.run(conf, new WALPlayer(), new String[] { Main.hadoop(wals.resolve(part[0])).toString(), part[0] });
      double seconds = (System.nanoTime() - start) / 1e9;
      double cpuSeconds = (process.getProcessCpuTime() - cpu) / 1e9;
      if (code != 0) {
        return code;
      }
      long cells = 0;
      long bytes = 0;
      for (Path file : Main.files(to)) {
        if (!file.getFileName().toString().startsWith("_")) {
          try (HFile.Reader reader = HFile.createReader(FileSystem.getLocal(conf).getRaw(), Main.hadoop(file), conf)) {
            cells += reader.getEntries();
          }
          bytes += Files.size(file);
        }
        Files.delete(file);
      }
      System.out.printf("{\"table\":\"%s\",\"compression\":\"%s\",\"cells\":%d,\"bytes\":%d,\"seconds\":%.3f,\"cpuSeconds\":%.3f}%n", part[0], part[1], cells, bytes, seconds, cpuSeconds);
      System.out.flush();
    }
    return 0;
  }

  private void compress(TableName table, Compression.Algorithm algorithm) throws Exception {
    try (Connection connection = ConnectionFactory.createConnection(getConf()); Admin admin = connection.getAdmin()) {
      TableDescriptor old = admin.getDescriptor(table);
      if (old.getColumnFamilies()[0].getCompressionType() == algorithm) {
        return;
      }
      admin.modifyTable(TableDescriptorBuilder.newBuilder(old)
        .modifyColumnFamily(ColumnFamilyDescriptorBuilder.newBuilder(old.getColumnFamilies()[0]).setCompressionType(algorithm).build()).build());
    }
  }
}
