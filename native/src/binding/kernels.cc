// Hands the kernels of learning to JavaScript: typed arrays in, new typed arrays out.
#include <napi.h>

#include <algorithm>
#include <cstddef>

#include "../core/kernels_centres.h"
#include "../core/kernels_linear.h"

namespace {

// A row-major matrix that JavaScript holds.
struct Rows {
  const double* data;
  std::size_t count;
};

void Refuse(Napi::Env env, const char* text) {
  Napi::RangeError::New(env, text).ThrowAsJavaScriptException();
}

// Arguments `array, columns`; false, with a JavaScript error pending, where they don't fit.
bool ReadRows(const Napi::CallbackInfo& info, std::size_t columns, Rows& rows) {
  if (info.Length() < 2 || !info[0].IsTypedArray() || !info[1].IsNumber() ||
      info[0].As<Napi::TypedArray>().TypedArrayType() != napi_float64_array) {
    Refuse(info.Env(), "kernels: expected a Float64Array and its columns");
    return false;
  }
  const auto array = info[0].As<Napi::Float64Array>();
  if (columns == 0 || array.ElementLength() == 0 || array.ElementLength() % columns != 0) {
    Refuse(info.Env(), "kernels: expected whole rows");
    return false;
  }
  rows = {array.Data(), array.ElementLength() / columns};
  return true;
}

std::size_t Columns(const Napi::CallbackInfo& info) {
  return info.Length() > 1 && info[1].IsNumber() ? info[1].As<Napi::Number>().Uint32Value() : 0;
}

Napi::Value Gram(const Napi::CallbackInfo& info) {
  const std::size_t d = Columns(info);
  Rows rows;
  if (!ReadRows(info, d, rows)) return info.Env().Undefined();
  auto out = Napi::Float64Array::New(info.Env(), d * d);
  ethogram::kernels::Gram(rows.data, rows.count, d, out.Data());
  return out;
}

Napi::Value EigenSymmetric(const Napi::CallbackInfo& info) {
  const std::size_t d = Columns(info);
  Rows rows;
  if (!ReadRows(info, d, rows)) return info.Env().Undefined();
  if (rows.count != d) {
    Refuse(info.Env(), "eigenvectors: expected a square matrix");
    return info.Env().Undefined();
  }
  auto values = Napi::Float64Array::New(info.Env(), d);
  auto vectors = Napi::Float64Array::New(info.Env(), d * d);
  if (!ethogram::kernels::EigenSymmetric(rows.data, d, values.Data(), vectors.Data())) {
    Refuse(info.Env(), "eigenvectors: expected finite numbers, found one that is not");
    return info.Env().Undefined();
  }
  auto out = Napi::Object::New(info.Env());
  out.Set("values", values);
  out.Set("vectors", vectors);
  return out;
}

Napi::Value SquaredDistances(const Napi::CallbackInfo& info) {
  const std::size_t d = Columns(info);
  Rows rows;
  if (!ReadRows(info, d, rows)) return info.Env().Undefined();
  if (info.Length() < 3 || !info[2].IsTypedArray() ||
      info[2].As<Napi::TypedArray>().TypedArrayType() != napi_int32_array) {
    Refuse(info.Env(), "distances: expected an Int32Array of rows");
    return info.Env().Undefined();
  }
  const auto wanted = info[2].As<Napi::Int32Array>();
  const int* first = wanted.Data();
  const std::size_t count = wanted.ElementLength();
  if (!std::all_of(first, first + count, [&](int row) {
        return row >= 0 && static_cast<std::size_t>(row) < rows.count;
      })) {
    Refuse(info.Env(), "distances: expected rows that there are");
    return info.Env().Undefined();
  }
  auto out = Napi::Float64Array::New(info.Env(), count * rows.count);
  ethogram::kernels::SquaredDistances(rows.data, rows.count, d, first, count, out.Data());
  return out;
}

Napi::Value MoveCentres(const Napi::CallbackInfo& info) {
  const std::size_t d = Columns(info);
  Rows rows;
  if (!ReadRows(info, d, rows)) return info.Env().Undefined();
  if (info.Length() < 5 || !info[2].IsTypedArray() || !info[3].IsNumber() || !info[4].IsNumber() ||
      info[2].As<Napi::TypedArray>().TypedArrayType() != napi_float64_array) {
    Refuse(info.Env(), "centres: expected a Float64Array, iterations and a tolerance");
    return info.Env().Undefined();
  }
  const auto given = info[2].As<Napi::Float64Array>();
  const std::size_t length = given.ElementLength();
  if (length == 0 || length % d != 0) {
    Refuse(info.Env(), "centres: expected whole rows");
    return info.Env().Undefined();
  }
  auto out = Napi::Float64Array::New(info.Env(), length);
  std::copy(given.Data(), given.Data() + length, out.Data());
  ethogram::kernels::MoveCentres(rows.data, rows.count, d, out.Data(), length / d,
                                 info[3].As<Napi::Number>().Int32Value(),
                                 info[4].As<Napi::Number>().DoubleValue());
  return out;
}

// Raised with every change of what is handed out; see lib/interfaces.ts.
constexpr uint32_t kInterface = 1;

Napi::Object Init(Napi::Env env, Napi::Object exports) {
  exports.Set("interface", kInterface);
  exports.Set("gram", Napi::Function::New(env, Gram));
  exports.Set("eigenSymmetric", Napi::Function::New(env, EigenSymmetric));
  exports.Set("squaredDistances", Napi::Function::New(env, SquaredDistances));
  exports.Set("moveCentres", Napi::Function::New(env, MoveCentres));
  return exports;
}

}  // namespace

NODE_API_MODULE(ethogram_kernels, Init)
