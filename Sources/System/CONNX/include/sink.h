// libprotobuf-c hands a message over piece by piece to a structure that begins with its own and may go on as one likes.
#ifndef CNN_DIST_CONNX_SINK_H
#define CNN_DIST_CONNX_SINK_H

#include <protobuf-c/protobuf-c.h>

struct cnn_onnx_sink {
  ProtobufCBuffer base;
  void *object;
};

#endif
