package holdfast.hbase;

import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.hbase.HBaseConfiguration;
import org.apache.hadoop.hbase.KeyValue;
import org.apache.hadoop.hbase.io.hfile.CacheConfig;
import org.apache.hadoop.hbase.io.hfile.HFile;
import org.apache.hadoop.hbase.io.hfile.HFileContext;
import org.apache.hadoop.hbase.io.hfile.HFileContextBuilder;
import org.apache.hadoop.hbase.util.Bytes;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * HBase's own HFile.Writer: {@code FILE VALUE_BYTES CELLS ROUNDS} writes the same cells so many times, without
 * compression and filter, and prints the least CPU seconds of this process that a round took: the last ones are compiled.
 */
public final class TimedHFileWriter {
  public static void main(String[] args) throws Exception {
    int valueBytes = Integer.parseInt(args[1]);
    List<KeyValue> cells = new ArrayList<>();
    Random random = new Random(7);
    for (int i = 0; i < Integer.parseInt(args[2]); i++) {
      byte[] value = new byte[valueBytes];
      random.nextBytes(value);
      KeyValue cell = new KeyValue(Bytes.toBytes(String.format("row-%09d", i)), Bytes.toBytes("f"), Bytes.toBytes("q"), 1_700_000_000_000L, value);
      cell.setSequenceId(5);
      cells.add(cell);
    }
    Configuration conf = HBaseConfiguration.create();
    FileSystem local = FileSystem.getLocal(conf).getRaw();
    HFileContext context = new HFileContextBuilder().withBlockSize(65_536).withIncludesMvcc(true).withIncludesTags(false).build();
    com.sun.management.OperatingSystemMXBean process = (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    double least = Double.MAX_VALUE;
    for (int round = 0; round < Integer.parseInt(args[3]); round++) {
      long before = process.getProcessCpuTime();
      try (HFile.Writer writer = HFile.getWriterFactory(conf, new CacheConfig(conf)).withPath(local, new org.apache.hadoop.fs.Path(args[0])).withFileContext(context).create()) {
        for (KeyValue cell : cells) {
          writer.append(cell);
        }
      }
      least = Math.min(least, (process.getProcessCpuTime() - before) / 1e9);
    }
    System.out.println("{\"cpuSeconds\":" + least + "}");
  }
}
