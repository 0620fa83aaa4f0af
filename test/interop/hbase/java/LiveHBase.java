import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.StringWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.conf.Configured;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.hbase.Cell;
import org.apache.hadoop.hbase.CellComparator;
import org.apache.hadoop.hbase.CellUtil;
import org.apache.hadoop.hbase.HConstants;
import org.apache.hadoop.hbase.HRegionLocation;
import org.apache.hadoop.hbase.KeyValue;
import org.apache.hadoop.hbase.NamespaceDescriptor;
import org.apache.hadoop.hbase.PrivateCellUtil;
import org.apache.hadoop.hbase.ServerName;
import org.apache.hadoop.hbase.TableName;
import org.apache.hadoop.hbase.client.Admin;
import org.apache.hadoop.hbase.client.ColumnFamilyDescriptorBuilder;
import org.apache.hadoop.hbase.client.CompactionState;
import org.apache.hadoop.hbase.client.Connection;
import org.apache.hadoop.hbase.client.ConnectionFactory;
import org.apache.hadoop.hbase.client.Delete;
import org.apache.hadoop.hbase.client.Put;
import org.apache.hadoop.hbase.client.RegionInfo;
import org.apache.hadoop.hbase.client.RegionLocator;
import org.apache.hadoop.hbase.client.Result;
import org.apache.hadoop.hbase.client.ResultScanner;
import org.apache.hadoop.hbase.client.Row;
import org.apache.hadoop.hbase.client.Scan;
import org.apache.hadoop.hbase.client.SnapshotType;
import org.apache.hadoop.hbase.client.Table;
import org.apache.hadoop.hbase.client.TableDescriptorBuilder;
import org.apache.hadoop.hbase.io.hfile.CacheConfig;
import org.apache.hadoop.hbase.io.hfile.HFile;
import org.apache.hadoop.hbase.io.hfile.HFileContextBuilder;
import org.apache.hadoop.hbase.mapreduce.WALPlayer;
import org.apache.hadoop.hbase.tool.BulkLoadHFiles;
import org.apache.hadoop.hbase.util.Bytes;
import org.apache.hadoop.util.Tool;
import org.apache.hadoop.util.ToolRunner;
import org.apache.hbase.thirdparty.com.google.gson.Gson;
import org.apache.hbase.thirdparty.com.google.gson.JsonArray;
import org.apache.hbase.thirdparty.com.google.gson.JsonElement;
import org.apache.hbase.thirdparty.com.google.gson.JsonObject;
import org.apache.hbase.thirdparty.com.google.gson.JsonParser;

/**
 * Does in a running HBase what standard input says, one JSON object a line, and answers each on standard output with a line
 * {@code LIVE {"answer":…}} or {@code LIVE {"error":…}}. Ends with its input. test/interop/hbase/live-hbase.ts is the other end.
 */
public final class LiveHBase extends Configured implements Tool {
  private Connection connection;
  private Admin admin;

  @Override
  public int run(String[] args) throws Exception {
    connection = ConnectionFactory.createConnection(getConf());
    admin = connection.getAdmin();
    PrintStream out = System.out;
    out.println("LIVE {\"answer\":\"ready\"}");
    out.flush();
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line; (line = in.readLine()) != null;) {
      Map<String, Object> said = new LinkedHashMap<>();
      try {
        Object answer = act(JsonParser.parseString(line).getAsJsonObject());
        said.put("answer", answer == null ? "done" : answer);
      } catch (Throwable e) {
        StringWriter trace = new StringWriter();
        e.printStackTrace(new PrintWriter(trace));
        said.put("error", trace.toString());
      }
      out.println("LIVE " + new Gson().toJson(said));
      out.flush();
    }
    return 0;
  }

  private Object act(JsonObject o) throws Exception {
    TableName table = o.has("table") ? TableName.valueOf(text(o, "table")) : null;
    switch (text(o, "op")) {
      case "create": return create(table, o);
      case "write": return write(table, o);
      case "bulkLoad": return bulkLoad(table, o);
      case "loadFiles": return loadFiles(table, o);
      case "flush": admin.flush(table); return null;
      case "compact": return compact(table);
      case "roll": return roll(o.has("server") ? text(o, "server") : null);
      case "split": return split(table, text(o, "key"));
      case "merge": return merge(table, text(o, "key"));
      case "move": return move(table, text(o, "key"), text(o, "server"));
      case "regions": return regions(table);
      case "snapshot": return snapshot(table, o);
      case "startWriter": return startWriter(table, o);
      case "stopWriter": return stopWriter();
      case "restoreSnapshot":
        admin.disableTable(table);
        admin.restoreSnapshot(text(o, "name"));
        admin.enableTable(table);
        return null;
      case "cloneSnapshot":
        namespaceOf(table);
        admin.cloneSnapshot(text(o, "name"), table);
        return null;
      case "truncate":
        admin.disableTable(table);
        admin.truncateTable(table, true);
        return null;
      case "drop":
        admin.disableTable(table);
        admin.deleteTable(table);
        return null;
      case "walPlayer": return walPlayer(table, o);
      case "dump": return dump(table, o);
      default: throw new IOException("unknown: " + o);
    }
  }

  private static String text(JsonObject o, String name) {
    return o.get(name).getAsString();
  }

  private void namespaceOf(TableName table) throws IOException {
    String name = table.getNamespaceAsString();
    for (NamespaceDescriptor known : admin.listNamespaceDescriptors()) {
      if (known.getName().equals(name)) return;
    }
    admin.createNamespace(NamespaceDescriptor.create(name).build());
  }

  /** {@code families}: name to attributes as the shell names them; {@code splits}: keys. */
  private Object create(TableName table, JsonObject o) throws IOException {
    namespaceOf(table);
    TableDescriptorBuilder builder = TableDescriptorBuilder.newBuilder(table);
    for (Map.Entry<String, JsonElement> family : o.getAsJsonObject("families").entrySet()) {
      ColumnFamilyDescriptorBuilder made = ColumnFamilyDescriptorBuilder.newBuilder(Bytes.toBytes(family.getKey()));
      for (Map.Entry<String, JsonElement> attribute : family.getValue().getAsJsonObject().entrySet()) {
        made.setValue(attribute.getKey(), attribute.getValue().getAsString());
      }
      builder.setColumnFamily(made.build());
    }
    List<byte[]> splits = new ArrayList<>();
    if (o.has("splits")) o.getAsJsonArray("splits").forEach(key -> splits.add(Bytes.toBytes(key.getAsString())));
    if (splits.isEmpty()) admin.createTable(builder.build());
    else admin.createTable(builder.build(), splits.toArray(new byte[0][]));
    return null;
  }

  /** {@code edits}: [kind, row, family, qualifier, ts, value]; ts -1: the server's time. One batch, in their order. */
  private Object write(TableName table, JsonObject o) throws Exception {
    List<Row> batch = new ArrayList<>();
    for (JsonElement element : o.getAsJsonArray("edits")) batch.add(mutation(element.getAsJsonArray()));
    try (Table t = connection.getTable(table)) {
      t.batch(batch, new Object[batch.size()]);
    }
    return System.currentTimeMillis();
  }

  private static Row mutation(JsonArray e) {
    byte[] row = Bytes.toBytes(e.get(1).getAsString());
    byte[] family = Bytes.toBytes(e.get(2).getAsString());
    byte[] qualifier = Bytes.toBytes(e.get(3).getAsString());
    long ts = e.get(4).getAsLong() < 0 ? HConstants.LATEST_TIMESTAMP : e.get(4).getAsLong();
    switch (e.get(0).getAsString()) {
      case "Put": return new Put(row).addColumn(family, qualifier, ts, Bytes.toBytes(e.get(5).getAsString()));
      case "Delete": return new Delete(row).addColumn(family, qualifier, ts);
      case "DeleteColumn": return new Delete(row).addColumns(family, qualifier, ts);
      case "DeleteFamily": return new Delete(row).addFamily(family, ts);
      case "DeleteFamilyVersion": return new Delete(row).addFamilyVersion(family, ts);
      default: throw new IllegalArgumentException("unknown kind: " + e);
    }
  }

  /** {@code edits} as for write, all Puts of one family: one HFile as a bulk load client writes it, then loaded. */
  private Object bulkLoad(TableName table, JsonObject o) throws Exception {
    String family = text(o, "family");
    TreeMap<Cell, Cell> cells = new TreeMap<>(CellComparator.getInstance());
    for (JsonElement element : o.getAsJsonArray("edits")) {
      JsonArray e = element.getAsJsonArray();
      KeyValue cell = new KeyValue(Bytes.toBytes(e.get(1).getAsString()), Bytes.toBytes(family), Bytes.toBytes(e.get(3).getAsString()),
        e.get(4).getAsLong(), Bytes.toBytes(e.get(5).getAsString()));
      cells.put(cell, cell);
    }
    Configuration conf = getConf();
    Path directory = new Path(conf.get("hadoop.tmp.dir"), "load-" + System.nanoTime());
    Path file = new Path("file://" + new Path(new Path(directory, family), "data").toUri().getPath());
    FileSystem fs = file.getFileSystem(conf);
    try (HFile.Writer writer = HFile.getWriterFactory(conf, CacheConfig.DISABLED).withPath(fs, file)
      .withFileContext(new HFileContextBuilder().build()).create()) {
      for (Cell cell : cells.values()) writer.append(cell);
      writer.appendFileInfo(Bytes.toBytes("BULKLOAD_TIMESTAMP"), Bytes.toBytes(System.currentTimeMillis()));
    }
    BulkLoadHFiles.create(conf).bulkLoad(table, file.getParent().getParent());
    return null;
  }

  /** Bulk loads {@code directory/<family>/<file>}, leaving the files where they are. */
  private Object loadFiles(TableName table, JsonObject o) throws Exception {
    Configuration conf = new Configuration(getConf());
    conf.setBoolean(BulkLoadHFiles.ALWAYS_COPY_FILES, true);
    return BulkLoadHFiles.create(conf).bulkLoad(table, new Path("file://" + text(o, "directory"))).size();
  }

  /** HFiles out of the logs of a directory, {@code out/<family>/<file>}. */
  private Object walPlayer(TableName table, JsonObject o) throws Exception {
    Configuration conf = new Configuration(getConf());
    conf.set("wal.bulk.output", "file://" + text(o, "out"));
    int code = ToolRunner.run(conf, new WALPlayer(), new String[] { "file://" + text(o, "logs"), table.getNameAsString() });
    if (code != 0) throw new IOException("WALPlayer ended with " + code);
    return null;
  }

  private Object compact(TableName table) throws Exception {
    admin.compactionSwitch(true, new ArrayList<>());
    long before = admin.getLastMajorCompactionTimestamp(table);
    admin.majorCompact(table);
    Thread.sleep(1500);
    await("compaction of " + table, () -> admin.getCompactionState(table) == CompactionState.NONE);
    admin.compactionSwitch(false, new ArrayList<>());
    return before;
  }

  /** A new log on each server, or one: creation in the name of the log that is written from now on, by server. */
  private Object roll(String only) throws Exception {
    Map<String, Object> rolled = new TreeMap<>();
    for (ServerName server : admin.getRegionServers()) {
      if (only != null && !server.toString().equals(only)) continue;
      long before = newestLog(server);
      admin.rollWALWriter(server);
      if (before > 0) await("roll of " + server, () -> newestLog(server) > before);
      rolled.put(server.toString(), newestLog(server));
    }
    Thread.sleep(1000); // HBase writes the trailer of the log before beside what else it does
    return rolled;
  }

  private long newestLog(ServerName server) throws IOException {
    Path logs = new Path(new Path(getConf().get("hbase.rootdir"), "WALs"), server.toString());
    FileSystem fs = logs.getFileSystem(getConf());
    long newest = 0;
    if (!fs.exists(logs)) return newest;
    for (FileStatus log : fs.listStatus(logs)) {
      String name = log.getPath().getName();
      if (!name.endsWith(".meta")) newest = Math.max(newest, Long.parseLong(name.substring(name.lastIndexOf('.') + 1)));
    }
    return newest;
  }

  private Object split(TableName table, String key) throws Exception {
    int before = admin.getRegions(table).size();
    for (RegionInfo region : admin.getRegions(table)) {
      if (region.containsRow(Bytes.toBytes(key))) admin.splitRegionAsync(region.getRegionName(), Bytes.toBytes(key)).get();
    }
    await("split of " + table, () -> admin.getRegions(table).size() > before && admin.isTableAvailable(table));
    return null;
  }

  /** The region of the key and the one behind it become one. */
  private Object merge(TableName table, String key) throws Exception {
    List<RegionInfo> regions = admin.getRegions(table);
    regions.sort(RegionInfo.COMPARATOR);
    int at = 0;
    while (!regions.get(at).containsRow(Bytes.toBytes(key))) at++;
    byte[][] first = { regions.get(at).getEncodedNameAsBytes(), regions.get(at + 1).getEncodedNameAsBytes() };
    admin.mergeRegionsAsync(first, false).get();
    await("merge of " + table, () -> admin.getRegions(table).size() < regions.size() && admin.isTableAvailable(table));
    return null;
  }

  private Object move(TableName table, String key, String server) throws Exception {
    try (RegionLocator locator = connection.getRegionLocator(table)) {
      RegionInfo region = locator.getRegionLocation(Bytes.toBytes(key), true).getRegion();
      admin.move(region.getEncodedNameAsBytes(), ServerName.valueOf(server));
      await("move of " + region, () -> server.equals(locator.getRegionLocation(Bytes.toBytes(key), true).getServerName().toString()));
    }
    return null;
  }

  /** Of each region its encoded name, start key and server. */
  private Object regions(TableName table) throws IOException {
    List<Object> all = new ArrayList<>();
    try (RegionLocator locator = connection.getRegionLocator(table)) {
      for (HRegionLocation at : locator.getAllRegionLocations()) {
        all.add(Arrays.asList(at.getRegion().getEncodedName(), Bytes.toString(at.getRegion().getStartKey()), at.getServerName().toString()));
      }
    }
    return all;
  }

  /** {@code raw}; {@code until}: a time range, which shows deleted cells that the family keeps. */
  private Object dump(TableName table, JsonObject o) throws Exception {
    await(table + " is available", () -> admin.isTableAvailable(table));
    Scan scan = new Scan().readAllVersions().setRaw(o.has("raw") && o.get("raw").getAsBoolean()).setCacheBlocks(false).setBatch(500);
    if (o.has("until")) scan.setTimeRange(0, o.get("until").getAsLong());
    Base64.Encoder base64 = Base64.getEncoder();
    long cells = 0;
    try (Table t = connection.getTable(table); ResultScanner rows = t.getScanner(scan);
      BufferedWriter out = Files.newBufferedWriter(Paths.get(text(o, "file")))) {
      for (Result row : rows) {
        for (Cell cell : row.rawCells()) {
          Map<String, String> line = new LinkedHashMap<>();
          line.put("row", base64.encodeToString(CellUtil.cloneRow(cell)));
          line.put("family", base64.encodeToString(CellUtil.cloneFamily(cell)));
          line.put("qualifier", base64.encodeToString(CellUtil.cloneQualifier(cell)));
          line.put("ts", Long.toString(cell.getTimestamp()));
          line.put("type", KeyValue.Type.codeToType(cell.getTypeByte()).toString());
          line.put("value", base64.encodeToString(CellUtil.cloneValue(cell)));
          if (cell.getTagsLength() > 0) line.put("tags", base64.encodeToString(PrivateCellUtil.cloneTags(cell)));
          out.write(new Gson().toJson(line));
          out.write('\n');
          cells++;
        }
      }
    }
    return cells;
  }

  /** {@code ttlSeconds}: after that it is expired. */
  private Object snapshot(TableName table, JsonObject o) throws IOException {
    Map<String, Object> properties = new LinkedHashMap<>();
    if (o.has("ttlSeconds")) properties.put("TTL", o.get("ttlSeconds").getAsLong());
    admin.snapshot(text(o, "name"), table, SnapshotType.FLUSH, properties);
    return null;
  }

  private volatile boolean isWriting;
  private Thread writer;
  private final List<Object> writes = new ArrayList<>();

  /** Writes one row after another beside what else is done: rows {@code 0:0000000}, {@code 1:0000001}, … of ten beginnings. */
  private Object startWriter(TableName table, JsonObject o) {
    byte[] family = Bytes.toBytes(text(o, "family"));
    isWriting = true;
    writer = new Thread(() -> {
      try (Table t = connection.getTable(table)) {
        while (isWriting) {
          String row = String.format("%d:%07d", writes.size() % 10, writes.size());
          long begun = System.currentTimeMillis();
          t.put(new Put(Bytes.toBytes(row)).addColumn(family, Bytes.toBytes("q"), Bytes.toBytes(row)));
          writes.add(Arrays.asList(row, begun, System.currentTimeMillis()));
          Thread.sleep(5);
        }
      } catch (Exception e) {
        writes.add(Arrays.asList(e.toString(), 0, 0));
      }
    });
    writer.start();
    return null;
  }

  /** Of each row when it was begun and when it was acknowledged. */
  private Object stopWriter() throws InterruptedException {
    isWriting = false;
    writer.join();
    return writes;
  }

  private interface Check {
    boolean holds() throws Exception;
  }

  private static void await(String what, Check check) throws Exception {
    for (int i = 0; i < 2400; i++) {
      if (check.holds()) return;
      Thread.sleep(50);
    }
    throw new IOException(what + ": waited two minutes in vain");
  }
}
