import org.codelibs.opensearch.runner.OpenSearchRunner;

/** Runs one OpenSearch node on loopback until ended: Launcher DIRECTORY HTTP-PORT TRANSPORT-PORT. */
public class Launcher {
    public static void main(final String[] arguments) throws Exception {
        final OpenSearchRunner runner = new OpenSearchRunner();
        runner.onBuild((number, settings) -> {
            settings.put("network.host", "127.0.0.1");
            settings.put("http.port", arguments[1]);
            settings.put("transport.port", arguments[2]);
            settings.put("discovery.type", "single-node");
            settings.put("action.auto_create_index", "false");
            settings.put("cluster.routing.allocation.disk.threshold_enabled", "false");
        });
        runner.build(OpenSearchRunner.newConfigs().basePath(arguments[0]).numOfNode(1).clusterName("edrms-test"));
        Thread.currentThread().join();
    }
}
